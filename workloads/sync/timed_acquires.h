#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/lock_checks.h"
#include "workloads/sync/worker_counts.h"
#include "workloads/work_units.h"

namespace contend::workloads {

/// Every second acquisition has a time-out, of which some strike: the attempt is then repeated. An operation, and a
/// wait, is an acquisition that succeeded, with all its attempts; timeouts_per_op tells how many failed for each.
template <class L>
class TimedAcquires {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "timed_acquires";
  static constexpr bool has_waits = true;
  static constexpr bool fits = TimedLockable<std::remove_reference_t<Handle<L>>>;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : contended(worker_counts)) {
      for (const char* timeout : {"1000", "50000"}) {
        result.push_back({workers, {{"timeout_ns", timeout}, {"cs_ns", "2000"}}, Tier::full});
      }
    }
    return result;
  }

  explicit TimedAcquires(const Setup& setup)
      : inside_(units_for(setup.args.number("cs_ns"), setup.unit_ns)),
        timeout_(setup.args.count("timeout_ns")) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Handle<L> lock(lock_);
    Tally tally(worker);
    std::uint64_t value = worker.id() + 1;
    std::uint64_t timeouts = 0;
    bool timed = false;
    do {
      timed = !timed;
      probe.timed([&] { timeouts += acquire(lock, timed); });
      const std::uint64_t seen = entered_;
      value = do_work(inside_, value);
      entered_ = seen + 1;
      lock.unlock();
    } while (tally.one());
    timeouts_ += timeouts;
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& result) const { check_entered(entered_, operations_of(result)); }

  void add_details(const RoundResult& result, Details& details) const {
    const auto operations = static_cast<double>(operations_of(result));
    details["timeouts_per_op"] = static_cast<double>(timeouts_.load()) / operations;
  }

 private:
  /// Returns holding. How many attempts timed out.
  template <class H>
  std::uint64_t acquire(H& lock, bool timed) {
    std::uint64_t failed = 0;
    if (timed) {
      while (!lock.try_lock_for(timeout_)) ++failed;
    } else {
      lock.lock();
    }
    return failed;
  }

  alignas(2 * internal::cache_line_size) L lock_;
  alignas(2 * internal::cache_line_size) std::uint64_t entered_ = 0;
  alignas(2 * internal::cache_line_size) const std::uint64_t inside_;
  const std::chrono::nanoseconds timeout_;
  std::atomic<std::uint64_t> timeouts_{0};  // added to once by every worker, when it is done
};

}  // namespace contend::workloads
