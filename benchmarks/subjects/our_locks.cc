#include "benchmarks/registry.h"
#include "primitives/lock.h"
#include "primitives/rlock.h"
#include "primitives/robust_lock.h"
#include "primitives/rw_lock.h"

// Locks whose waiters sleep.
namespace contend::benchmarks {
namespace {

const SubjectFile file(SubjectFile::Kind::own, "contend", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<Lock, SharedLock>({.name = "Lock"});
  registry.lock<RobustLock, RobustLock>(
      {.name = "RobustLock", .note = "survives its owner", .tier = workloads::Tier::full});
  registry.lock<RwLock, SharedRwLock>({.name = "RwLock", .quick_in = "readers_writers"});
  registry.lock<workloads::Reentrant<RLock>>({.name = "RLock", .quick_in = "recursion"});
});

}  // namespace
}  // namespace contend::benchmarks
