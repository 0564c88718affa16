#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "primitives/concepts.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// What the uncontended workloads do with semaphores.
struct SemaphoreKind {
  static constexpr std::string_view uncontended = "semaphore_uncontended";
  static constexpr std::string_view lifetime = "semaphore_lifetime";
  static constexpr std::ptrdiff_t permits = 8;

  struct AcquireRelease {
    static constexpr std::string_view name = "acquire_release";
    void operator()(CountingSemaphore auto& semaphore) const {
      semaphore.acquire();
      semaphore.release();
    }
  };
  /// The same where there is only one permit: a release that finds none has to know whether somebody sleeps.
  struct AcquireReleaseTheLast : AcquireRelease {
    static constexpr std::string_view name = "acquire_release_last";
    static void prepare(CountingSemaphore auto& semaphore) {
      for (auto left = permits; left > 1; --left) semaphore.acquire();
    }
  };
  struct FailToAcquire {
    static constexpr std::string_view name = "try_acquire_none";
    static void prepare(CountingSemaphore auto& semaphore) {
      for (auto left = permits; left > 0; --left) semaphore.acquire();
    }
    void operator()(CountingSemaphore auto& semaphore) const {
      asm volatile("" : : "r"(semaphore.try_acquire()));
    }
  };
  using Operations = OperationList<AcquireRelease, AcquireReleaseTheLast, FailToAcquire>;

  template <CountingSemaphore S>
  static S make() {
    return S(permits);
  }
  /// The permits that the operation's preparation left are still there, and no more.
  template <CountingSemaphore S, class Operation>
  static bool holds(S& semaphore, Operation operation, std::uint64_t /*operations*/) {
    if constexpr (requires { operation.prepare(semaphore); }) {
      if constexpr (Operation::name == FailToAcquire::name) return !semaphore.try_acquire();
      return semaphore.try_acquire() && !semaphore.try_acquire();
    } else {
      return is_usable(semaphore);
    }
  }
  template <CountingSemaphore S>
  static bool is_usable(S& semaphore) {
    for (auto left = permits; left > 0; --left) {
      if (!semaphore.try_acquire()) return false;
    }
    return !semaphore.try_acquire();
  }
};

}  // namespace contend::workloads
