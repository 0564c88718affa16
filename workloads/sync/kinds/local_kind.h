#pragma once

#include <cstdint>
#include <string_view>

#include "primitives/concepts.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with values per thread.
struct LocalKind {
  static constexpr std::string_view uncontended = "thread_local_access";
  static constexpr std::string_view lifetime = "thread_local_lifetime";

  struct Increment {
    static constexpr std::string_view name = "increment";
    static void prepare(PerThreadNumber auto& local) { local.get() = 0; }
    void operator()(PerThreadNumber auto& local) const { ++local.get(); }
  };
  using Operations = OperationList<Increment>;

  template <PerThreadNumber L>
  static L make() {
    return L();
  }
  template <PerThreadNumber L, class Operation>
  static bool holds(L& local, Operation /*operation*/, std::uint64_t operations) {
    return local.get() == operations;
  }
  template <PerThreadNumber L>
  static bool is_usable(L& local) {
    local.get() = 5;
    return local.get() == 5;
  }
};

}  // namespace contend::workloads
