#pragma once

#include <cstdint>
#include <string_view>
#include <thread>

#include "primitives/concepts.h"
#include "workloads/sync/leave_and_notify.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with conditions.
struct ConditionKind {
  static constexpr std::string_view uncontended = "condition_uncontended";
  static constexpr std::string_view lifetime = "condition_lifetime";
  static constexpr std::string_view broadcast = "condition_broadcast";
  static constexpr bool is_quick = false;  // the ping-pong is what two do with it

  /// With nobody waiting, and the lock held throughout.
  struct NotifyOne {
    static constexpr std::string_view name = "notify_one";
    static void prepare(Monitor auto& monitor) { monitor.lock(); }
    void operator()(Monitor auto& monitor) const { monitor.notify_one(); }
  };
  struct NotifyAll : NotifyOne {
    static constexpr std::string_view name = "notify_all";
    void operator()(Monitor auto& monitor) const { monitor.notify_all(); }
  };
  /// A whole section that changes something.
  struct LockNotifyUnlock {
    static constexpr std::string_view name = "lock_notify_unlock";
    void operator()(Monitor auto& monitor) const {
      monitor.lock();
      leave_and_notify_one(monitor);
    }
  };
  using Operations = OperationList<NotifyOne, NotifyAll, LockNotifyUnlock>;

  template <Monitor M>
  static M make() {
    return M();
  }
  template <Monitor M, class Operation>
  static bool holds(M& monitor, Operation operation, std::uint64_t /*operations*/) {
    if constexpr (requires { operation.prepare(monitor); }) monitor.unlock();
    return is_usable(monitor);
  }
  /// Another thread's change ends a wait.
  template <Monitor M>
  static bool is_usable(M& monitor) {
    bool changed = false;
    std::jthread other([&] {
      monitor.lock();
      changed = true;
      leave_and_notify_one(monitor);
    });
    monitor.lock();
    monitor.await([&] { return changed; });
    const bool seen = changed;
    monitor.unlock();
    return seen;
  }
};

}  // namespace contend::workloads
