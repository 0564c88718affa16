#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
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

/// No executor at all: a thread for every worker, each with its part of the batch from the start. What the CPUs give to
/// items of one length, and so the most that an executor can reach.
class BareThreads {
 public:
  static constexpr bool null = true;

  BareThreads(ItemFunction function, unsigned workers) : function_(std::move(function)), workers_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    std::vector<std::future<void>> parts;
    for (std::size_t part = 0; part < workers_; ++part) {
      const std::size_t begin = ids.size() * part / workers_;
      const std::size_t end = ids.size() * (part + 1) / workers_;
      parts.push_back(std::async(std::launch::async, [=, this] {
        for (std::size_t i = begin; i < end; ++i) results[i] = function_(ids[i]);
      }));
    }
    for (std::future<void>& part : parts) part.get();
  }

 private:
  const ItemFunction function_;
  const std::size_t workers_;
};

const SubjectFile file(SubjectFile::Kind::peer, "std", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.executor<StdAsync>(
      {.name = "std::async", .note = "a thread for every item in libstdc++", .tier = workloads::Tier::full});
  registry.executor<BareThreads>({.name = "bare_threads",
                                  .most_workers = std::max(std::thread::hardware_concurrency(), 1U),
                                  .note = "no executor: threads with a part of the batch each; never ranked",
                                  .quick_in = "cpu_chain"});
});

}  // namespace
}  // namespace contend::benchmarks
