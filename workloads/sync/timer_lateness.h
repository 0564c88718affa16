#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/concepts.h"
#include "workloads/experiment.h"

namespace contend::workloads {

/// One worker sets a timer for `interval_us` and waits for it, again and again. Told is how long after its time it
/// fires. It never fires before.
template <OneShotTimer T>
class TimerLateness {
 public:
  using Subject = T;

  static constexpr std::string_view name = "timer_lateness";
  static constexpr bool has_waits = false;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const char* interval : {"100", "1000", "5000"})
      result.push_back({1, {{"interval_us", interval}}, Tier::full});
    return result;
  }

  explicit TimerLateness(const Setup& setup)
      : interval_(std::chrono::microseconds(setup.args.count("interval_us"))) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    Tally tally(worker);
    for (; worker.running(); tally.one()) {
      const std::uint64_t due = now_ns() + static_cast<std::uint64_t>(interval_.count());
      const std::uint64_t fired = timer_.fire_after(interval_);
      if (fired < due) {
        ++early_;
        continue;
      }
      ++times_;
      sum_of_lateness_ns_ += fired - due;
      lateness_.record(fired - due);
    }
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& /*result*/) const {
    if (early_ != 0) throw CheckFailed("the timer fired too early " + std::to_string(early_) + " times");
  }

  /// The window is spent on the intervals.
  OwnTime own_time() const { return {times_, 1e-9 * static_cast<double>(sum_of_lateness_ns_)}; }

  void add_details(const RoundResult& /*result*/, Details& details) const {
    if (const auto ns = lateness_.quantile(0.5, Weighting::per_operation)) details["late_p50_ns"] = *ns;
    if (const auto ns = lateness_.quantile(0.9, Weighting::per_operation)) details["late_p90_ns"] = *ns;
    details["late_max_ns"] = static_cast<double>(lateness_.max());
  }

 private:
  const std::chrono::nanoseconds interval_;
  T timer_;
  std::uint64_t early_ = 0;
  std::uint64_t times_ = 0;
  std::uint64_t sum_of_lateness_ns_ = 0;
  Histogram lateness_;
};

}  // namespace contend::workloads
