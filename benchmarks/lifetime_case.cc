#include "benchmarks/lifetime_case.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

#include "benchmarks/measurement.h"
#include "benchmarks/row.h"
#include "workloads/execution/cpu_time.h"
#include "workloads/execution/family.h"
#include "workloads/experiment.h"

namespace contend::benchmarks {
namespace {

std::uint64_t successor(std::uint64_t id) { return id + 1; }

workloads::ItemSet items_that_are_nothing() {
  return {.item = successor, .oracle = successor, .async_items = [](const LoopExecutor&) {
            return [](std::uint64_t id) -> Awaitable<std::uint64_t> { co_return successor(id); };
          }};
}

/// Makes executors and has them work.
class Maker {
 public:
  Maker(unsigned workers, const workloads::ExecutorFactory& make)
      : workers_(workers), make_(make), ids_(workers), results_(workers) {
    std::iota(ids_.begin(), ids_.end(), std::uint64_t{0});
  }

  /// One that has run a batch.
  std::unique_ptr<workloads::ErasedExecutor> executor() {
    std::ranges::fill(results_, 0);
    auto made = make_(items_, workers_);
    made->run(ids_, results_);
    if (!std::ranges::equal(results_, ids_, {}, {}, successor)) {
      throw workloads::CheckFailed("a fresh executor did not run each of its first items");
    }
    return made;
  }

 private:
  const unsigned workers_;
  const workloads::ExecutorFactory& make_;
  const workloads::ItemSet items_ = items_that_are_nothing();
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint64_t> results_;
};

workloads::MemoryInUse memory_of_one(Maker& maker) {
  const workloads::MemoryInUse before = workloads::family_memory({});
  const auto executor = maker.executor();
  const workloads::MemoryInUse with = workloads::family_memory({});
  return {.resident = with.resident - before.resident,
          .proportional = with.proportional - before.proportional};
}

Measurement measure_lifetime(unsigned workers, const workloads::ExecutorFactory& make,
                             const RunSettings& settings) {
  using Clock = std::chrono::steady_clock;
  Maker maker(workers, make);
  const workloads::MemoryInUse memory = memory_of_one(maker);
  const auto cpu = workloads::family_cpu_time({});
  const Clock::time_point start = Clock::now();
  std::uint64_t lives = 0;
  Clock::duration length{0};
  do {
    maker.executor().reset();
    ++lives;
    length = Clock::now() - start;
  } while (lives < 2 || length < round_length(settings));
  const auto used = static_cast<double>((workloads::family_cpu_time({}) - cpu).count());
  return {
      .operations = lives,
      .seconds = std::chrono::duration<double>(length).count(),
      .counters = {{"cpu_ns_per_op", used / static_cast<double>(lives)},
                   {"memory_per_worker", static_cast<double>(memory.resident) / workers},
                   {"proportional_memory_per_worker", static_cast<double>(memory.proportional) / workers}}};
}

}  // namespace

Case lifetime_case(const Subject& subject, unsigned workers, const workloads::ExecutorFactory& make) {
  return {.suite = "executor",
          .workload = "lifetime",
          .subject = subject.name,
          .team = {},
          .workers = workers,
          .args = {},
          .tier = workloads::Tier::full,
          .rounds = 1,
          .timing = Timing::round,
          .run = [workers, make](benchmark::State& state, const RunSettings& settings) {
            report(state, settings, [&] { return measure_lifetime(workers, make, settings); });
          }};
}

}  // namespace contend::benchmarks
