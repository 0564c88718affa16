#pragma once

#include "primitives/concepts.h"

namespace contend::workloads {

/// Unlocks, and calls notify(), in the order that is best for the monitor.
template <Monitor M, class Notify>
void leave_and(M& monitor, Notify notify) {
  if constexpr (M::notifies_unlocked) {
    monitor.unlock();
    notify();
  } else {
    notify();
    monitor.unlock();
  }
}

void leave_and_notify_one(Monitor auto& monitor) {
  leave_and(monitor, [&] { monitor.notify_one(); });
}

void leave_and_notify_all(Monitor auto& monitor) {
  leave_and(monitor, [&] { monitor.notify_all(); });
}

}  // namespace contend::workloads
