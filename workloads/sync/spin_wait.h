#pragma once

#include <sched.h>

#include "primitives/internal/platform.h"

namespace contend::workloads {

/// Repeats `attempt` until it succeeds, awake: with pauses at first, then giving way to whoever else wants
/// the CPU, so that a waiter cannot keep the worker it waits for from running.
template <class Attempt>
void spin_until(Attempt attempt) {
  constexpr int pauses = 64;
  for (int failures = 0; !attempt(); ++failures) {
    if (failures < pauses) {
      internal::cpu_relax();
    } else {
      sched_yield();
    }
  }
}

}  // namespace contend::workloads
