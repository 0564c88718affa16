#pragma once

#include <atomic>

#include "primitives/internal/futex.h"

namespace contend::internal {

/// A store-load barrier whose whole price is paid by one side. Of two threads that run
///
///     fast side                        slow side
///     x = 1                            y = 1
///     light()                          heavy()
///     read y                           read x
///
/// at least one reads 1, just as with a seq_cst fence on either side. light() only keeps the compiler from
/// moving accesses across it: no instruction but the load of a flag that never changes. heavy() asks the
/// kernel (membarrier) to make every CPU that runs a thread of the scope pass a full barrier: 0.3 to 10
/// microseconds. A seq_cst fence and heavy() also pair with each other and with themselves.
///
/// Decided once per process, when it is loaded: where the kernel refuses membarrier, and under
/// ThreadSanitizer, both sides are seq_cst fences. Processes that share memory must all be allowed membarrier
/// or none of them (same kernel, same seccomp filter, same sanitizer).
template <FutexScope scope>
class AsymmetricFence {
 public:
  static void light() noexcept {
    // Relaxed: a stale false is a full fence, which is always right.
    if (kernel_helps_.load(std::memory_order_relaxed)) [[likely]] {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
      std::atomic_thread_fence(std::memory_order_seq_cst);
    }
  }

  /// Ends the process where the kernel takes back the barrier that it had promised.
  static void heavy() noexcept;

  /// Whether light() is free in this process.
  static bool is_asymmetric() noexcept;

 private:
  static std::atomic<bool> kernel_helps_;
};

extern template class AsymmetricFence<FutexScope::process_private>;
extern template class AsymmetricFence<FutexScope::process_shared>;

}  // namespace contend::internal
