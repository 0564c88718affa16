#pragma once

#include <cstdint>
#include <string_view>

#include "primitives/concepts.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with one-time calls: come to one that has been made.
struct OnceKind {
  static constexpr std::string_view uncontended = "once_uncontended";
  static constexpr std::string_view lifetime = "once_lifetime";

  struct CallWhenDone {
    static constexpr std::string_view name = "call_when_done";
    static void prepare(OneTimeCall auto& once) {
      once.call([] {});
    }
    void operator()(OneTimeCall auto& once) {
      once.call([this] { ran_again = true; });
    }
    bool ran_again = false;
  };
  using Operations = OperationList<CallWhenDone>;

  template <OneTimeCall O>
  static O make() {
    return O();
  }
  template <OneTimeCall O, class Operation>
  static bool holds(O& /*once*/, const Operation& operation, std::uint64_t /*operations*/) {
    return !operation.ran_again;
  }
  template <OneTimeCall O>
  static bool is_usable(O& once) {
    int calls = 0;
    once.call([&] { ++calls; });
    once.call([&] { ++calls; });
    return calls == 1;
  }
};

}  // namespace contend::workloads
