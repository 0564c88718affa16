#pragma once

#include <atomic>
#include <chrono>
#include <mutex>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// Two threads take two locks in opposite order: a time-out notices, and who notices gives way.
template <class Kit>
void deadlock_detected() {
  constexpr auto patience = std::chrono::milliseconds(2);
  typename Kit::Lock a;
  typename Kit::Lock b;
  typename Kit::Barrier both_hold_one(2);
  std::atomic<int> noticed{0};
  const auto work = [&](auto& first, auto& second) {
    const std::scoped_lock guard(first);
    both_hold_one.wait();
    if (second.try_lock_for(patience)) {
      second.unlock();
    } else {
      ++noticed;
    }
  };
  run_threads<Kit>({[&] { work(a, b); }, [&] { work(b, a); }});
  expect(noticed > 0, "nobody noticed that each waits for the other");
}

}  // namespace contend::workloads
