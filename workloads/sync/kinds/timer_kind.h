#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "primitives/concepts.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with timers: arm one and call it off again, as most time-outs are.
struct TimerKind {
  static constexpr std::string_view uncontended = "timer_uncontended";
  static constexpr std::string_view lifetime = "timer_lifetime";

  struct ArmDisarm {
    static constexpr std::string_view name = "arm_disarm";
    void operator()(CancellableTimer auto& timer) const {
      timer.arm(std::chrono::seconds(30));
      timer.disarm();
    }
    template <class T>
    static constexpr bool applies_to = CancellableTimer<T>;
  };
  /// The same beside a hundred thousand that are armed already, where the subject holds so many.
  struct ArmDisarmAmongMany : ArmDisarm {
    static constexpr std::string_view name = "arm_disarm_among_100000";
    static void prepare(CancellableTimer auto& timer) {
      for (int i = 0; i < 100'000; ++i)
        timer.add(std::chrono::seconds(60) + std::chrono::milliseconds(i % 1000));
    }
    template <class T>
    static constexpr bool applies_to = requires(T& timer) {
      timer.add(std::chrono::seconds(1));
    };
  };
  using Operations = OperationList<ArmDisarm, ArmDisarmAmongMany>;

  template <OneShotTimer T>
  static T make() {
    return T();
  }
  template <OneShotTimer T, class Operation>
  static bool holds(T& timer, Operation /*operation*/, std::uint64_t /*operations*/) {
    return is_usable(timer);
  }
  template <OneShotTimer T>
  static bool is_usable(T& timer) {
    constexpr std::chrono::microseconds interval{100};
    const auto due = std::chrono::steady_clock::now() + interval;
    return timer.fire_after(interval) >= static_cast<std::uint64_t>(due.time_since_epoch().count());
  }
};

}  // namespace contend::workloads
