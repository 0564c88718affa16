#pragma once

#include <atomic>
#include <chrono>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A Timer of a minute is cancelled; another of 5 ms calls, once and not early.
template <class Kit>
void timer_cancelled() {
  using Clock = std::chrono::steady_clock;
  constexpr auto interval = std::chrono::milliseconds(5);
  std::atomic<int> calls{0};
  std::atomic<bool> early{false};
  const Clock::time_point start = Clock::now();
  const auto call = [&] {
    ++calls;
    early = Clock::now() - start < interval;
  };
  typename Kit::Timer kept(interval, call);
  typename Kit::Timer cancelled(std::chrono::minutes(1), [&] { calls += 100; });
  kept.start();
  cancelled.start();
  cancelled.cancel();
  cancelled.join();
  kept.join();
  expect(calls == 1 && !early, "called early, twice, or although cancelled");
}

}  // namespace contend::workloads
