#pragma once

#include <cstdint>
#include <string_view>

#include "primitives/concepts.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with futures: a whole life, from the promise to the result.
struct FutureKind {
  static constexpr std::string_view uncontended = "future_uncontended";

  struct HandOver {
    static constexpr std::string_view name = "hand_over";
    template <FutureMaker F>
    void operator()(F& maker) {
      if (maker.hand_over(7) != 7) wrong = true;
    }
    bool wrong = false;
  };
  using Operations = OperationList<HandOver>;

  template <FutureMaker F>
  static F make() {
    return F();
  }
  template <FutureMaker F, class Operation>
  static bool holds(F& /*maker*/, const Operation& operation, std::uint64_t /*operations*/) {
    return !operation.wrong;
  }
};

}  // namespace contend::workloads
