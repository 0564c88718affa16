#include "benchmarks/registry.h"
#include "primitives/clh_lock.h"
#include "primitives/mcs_lock.h"
#include "primitives/reciprocating_lock.h"
#include "primitives/spin_lock.h"
#include "primitives/tas_lock.h"
#include "primitives/ticket_lock.h"

// Locks whose waiters stay awake.
namespace contend::benchmarks {
namespace {

const SubjectFile file(SubjectFile::Kind::own, "contend", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<SpinLock, SpinLock>({.name = "SpinLock"});
  registry.lock<TicketLock, TicketLock>({.name = "TicketLock", .most_workers_in_quick = 4});
  registry.lock<McsLock>({.name = "McsLock", .tier = workloads::Tier::full});
  registry.lock<ReciprocatingLock>({.name = "ReciprocatingLock", .tier = workloads::Tier::full});
  registry.lock<ClhLock>({.name = "ClhLock", .tier = workloads::Tier::full});
  registry.lock<TasLock, TasLock>({.name = "TasLock", .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
