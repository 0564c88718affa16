#include <boost/thread/mutex.hpp>
#include <boost/thread/recursive_mutex.hpp>
#include <boost/thread/shared_mutex.hpp>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

using workloads::Tier;

const SubjectFile file(SubjectFile::Kind::peer, "Boost", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<boost::mutex>({.name = "boost::mutex", .tier = Tier::full});
  registry.lock<workloads::Reentrant<boost::recursive_mutex>>(
      {.name = "boost::recursive_mutex", .tier = Tier::full});
  registry.lock<boost::shared_mutex>({.name = "boost::shared_mutex", .tier = Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
