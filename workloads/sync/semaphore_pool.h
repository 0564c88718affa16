#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/work_units.h"

namespace contend::workloads {

/// A pool of `permits` connections: every worker takes one, uses it for `hold_ns`, gives it back, and works as long
/// without it. Never are more in use than there are, and in the end all are back.
template <CountingSemaphore S>
class SemaphorePool {
 public:
  using Subject = S;

  static constexpr std::string_view name = "semaphore_pool";
  static constexpr bool has_waits = true;

  /// Half as many connections as workers, and one. Quick is the smallest contended case.
  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : worker_counts) {
      if (workers < 2) continue;
      for (const char* hold_ns : {"50", "2000"}) {
        const bool quick = workers == 2 && std::string_view(hold_ns) == "50";
        result.push_back({workers, args(1, hold_ns), quick ? Tier::quick : Tier::full});
        if (workers > 2) result.push_back({workers, args(workers / 2, hold_ns), Tier::full});
      }
    }
    return result;
  }

  explicit SemaphorePool(const Setup& setup)
      : connections_(setup.args.count("permits")),
        semaphore_(static_cast<std::ptrdiff_t>(connections_)),
        use_(units_for(setup.args.number("hold_ns"), setup.unit_ns)) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Tally tally(worker);
    std::uint64_t value = worker.id() + 1;
    const std::uint64_t use = use_;
    do {
      probe.timed([&] { semaphore_.acquire(); });
      // Relaxed: only the number counts.
      if (in_use_.fetch_add(1, std::memory_order_relaxed) >= connections_) too_many_.store(true);
      value = do_work(use, value);
      in_use_.fetch_sub(1, std::memory_order_relaxed);
      semaphore_.release();
      value = do_work(use, value);
    } while (tally.one());
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& /*result*/) const {
    if (too_many_)
      throw CheckFailed("more were inside than there are permits: " + std::to_string(connections_));
    unsigned left = 0;
    while (left <= connections_ && semaphore_.try_acquire()) ++left;
    if (left != connections_) {
      throw CheckFailed("permits came or went: " + std::to_string(connections_) + " at the start, " +
                        std::to_string(left) + " in the end");
    }
  }

 private:
  static Args args(unsigned permits, const char* hold_ns) {
    return {{"permits", std::to_string(permits)}, {"hold_ns", hold_ns}};
  }

  const unsigned connections_;
  alignas(2 * internal::cache_line_size) mutable S semaphore_;
  alignas(2 * internal::cache_line_size) std::atomic<unsigned> in_use_{0};
  alignas(2 * internal::cache_line_size) const std::uint64_t use_;
  std::atomic<bool> too_many_{false};
};

}  // namespace contend::workloads
