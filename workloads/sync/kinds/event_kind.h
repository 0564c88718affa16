#pragma once

#include <cstdint>
#include <string_view>

#include "primitives/concepts.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with events.
struct EventKind {
  static constexpr std::string_view uncontended = "event_uncontended";
  static constexpr std::string_view lifetime = "event_lifetime";
  static constexpr std::string_view broadcast = "event_broadcast";
  static constexpr bool is_quick = true;  // with one waiter

  struct WaitWhenSet {
    static constexpr std::string_view name = "wait_when_set";
    static void prepare(WaitableFlag auto& flag) { flag.set(); }
    void operator()(WaitableFlag auto& flag) const { flag.wait(); }
  };
  struct LookWhenSet : WaitWhenSet {
    static constexpr std::string_view name = "is_set";
    void operator()(WaitableFlag auto& flag) const { asm volatile("" : : "r"(flag.is_set())); }
  };
  struct SetAndClear {
    static constexpr std::string_view name = "set_clear";
    void operator()(WaitableFlag auto& flag) const {
      flag.set();
      flag.clear();
    }
  };
  using Operations = OperationList<WaitWhenSet, LookWhenSet, SetAndClear>;

  template <WaitableFlag F>
  static F make() {
    return F();
  }
  template <WaitableFlag F, class Operation>
  static bool holds(F& flag, Operation operation, std::uint64_t /*operations*/) {
    constexpr bool was_set = requires { operation.prepare(flag); };
    if (flag.is_set() != was_set) return false;
    if (was_set) flag.clear();
    return is_usable(flag);
  }
  template <WaitableFlag F>
  static bool is_usable(F& flag) {
    if (flag.is_set()) return false;
    flag.set();
    flag.wait();
    return flag.is_set();
  }
};

}  // namespace contend::workloads
