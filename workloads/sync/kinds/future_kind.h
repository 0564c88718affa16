#pragma once

#include <cstdint>
#include <string_view>

#include "primitives/concepts.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with futures: a whole life, from the promise to the result.
struct FutureKind {
  static constexpr std::string_view uncontended = "future_uncontended";
  static constexpr std::string_view lifetime = "future_lifetime";

  struct HandOver {
    static constexpr std::string_view name = "hand_over";
    template <FuturePair F>
    void operator()(F& /*pair*/) {
      F fresh;
      if (fresh.hand_over(7) != 7) wrong = true;
    }
    bool wrong = false;
  };
  using Operations = OperationList<HandOver>;

  template <FuturePair F>
  static F make() {
    return F();
  }
  template <FuturePair F, class Operation>
  static bool holds(F& pair, const Operation& operation, std::uint64_t /*operations*/) {
    return !operation.wrong && is_usable(pair);
  }
  template <FuturePair F>
  static bool is_usable(F& pair) {
    return pair.hand_over(8) == 8;
  }
};

}  // namespace contend::workloads
