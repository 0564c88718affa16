#include <algorithm>
#include <cstddef>
#include <future>
#include <utility>
#include <vector>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

/// A std::async for every item, which in libstdc++ is a thread for every item; at most `workers` at a time.
class StdAsync {
 public:
  StdAsync(ItemFunction function, unsigned workers) : function_(std::move(function)), workers_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    std::vector<std::future<std::uint64_t>> in_flight(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i >= workers_) results[i - workers_] = in_flight[i - workers_].get();
      in_flight[i] = std::async(std::launch::async, function_, ids[i]);
    }
    for (std::size_t i = ids.size() - std::min(workers_, ids.size()); i < ids.size(); ++i)
      results[i] = in_flight[i].get();
  }

 private:
  const ItemFunction function_;
  const std::size_t workers_;
};

const SubjectFile file(SubjectFile::Kind::peer, "std", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.executor<StdAsync>(
      {.name = "std::async", .note = "a thread for every item in libstdc++", .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
