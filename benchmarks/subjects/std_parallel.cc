#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <execution>
#include <utility>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

/// The standard's parallel algorithms, which in libstdc++ are oneTBB's. They end the program if an item throws.
class StdParallel {
 public:
  StdParallel(ItemFunction function, unsigned workers)
      : function_(std::move(function)),
        limit_(tbb::global_control::max_allowed_parallelism, workers),
        arena_(static_cast<int>(workers)) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    arena_.execute(
        [&] { std::transform(std::execution::par, ids.begin(), ids.end(), results.begin(), function_); });
  }

 private:
  const ItemFunction function_;
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

const SubjectFile file(SubjectFile::Kind::peer, "std-parallel", CONTEND_SUBJECT_VERSION,
                       [](Registry& registry) {
                         registry.executor<StdParallel>({.name = "std::execution::par",
                                                         .note = "in libstdc++: oneTBB",
                                                         .tier = workloads::Tier::full});
                       });

}  // namespace
}  // namespace contend::benchmarks
