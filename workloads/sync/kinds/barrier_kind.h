#pragma once

#include <cstdint>
#include <string_view>

#include "primitives/concepts.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with barriers. A barrier of one never waits.
struct BarrierKind {
  static constexpr std::string_view uncontended = "barrier_uncontended";
  static constexpr std::string_view lifetime = "barrier_lifetime";

  struct Wait {
    static constexpr std::string_view name = "wait";
    template <CyclicBarrier B>
    void operator()(B& barrier) const {
      if constexpr (requires { barrier.wait(); }) barrier.wait();
    }
    /// Where a worker's handle has a state it can't be made anew for each wait.
    template <class B>
    static constexpr bool applies_to = requires(B& barrier) {
      barrier.wait();
    };
  };
  using Operations = OperationList<Wait>;

  template <CyclicBarrier B>
  static B make() {
    return B(1);
  }
  template <CyclicBarrier B, class Operation>
  static bool holds(B& barrier, Operation /*operation*/, std::uint64_t /*operations*/) {
    return is_usable(barrier);
  }
  template <CyclicBarrier B>
  static bool is_usable(B& barrier) {
    Handle<B> handle(barrier);
    handle.wait();
    handle.wait();
    return true;
  }
};

}  // namespace contend::workloads
