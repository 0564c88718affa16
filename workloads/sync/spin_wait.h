#pragma once

#include <sched.h>

#include <cstdint>

#include "primitives/internal/platform.h"

namespace contend::workloads {

/// Repeats `attempt` until it succeeds, awake: with pauses at first, then giving way to whoever else wants
/// the CPU, so that a waiter cannot keep the worker it waits for from running. Adds to `retries` how often it failed.
template <class Attempt>
void spin_until(Attempt attempt, std::uint64_t& retries) {
  constexpr std::uint64_t pauses = 64;
  if (attempt()) [[likely]]
    return;
  std::uint64_t failures = 1;
  for (internal::cpu_relax(); !attempt(); ++failures) {
    if (failures < pauses) {
      internal::cpu_relax();
    } else {
      sched_yield();
    }
  }
  retries += failures;
}

template <class Attempt>
void spin_until(Attempt attempt) {
  std::uint64_t retries = 0;
  spin_until(attempt, retries);
}

}  // namespace contend::workloads
