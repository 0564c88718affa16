#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <limits>
#include <mutex>
#include <utility>

namespace contend::internal {

/// Of the exceptions that the items of a batch throw, the one that a plain loop would have thrown: that of
/// the lowest index. It is that one if an item is skipped only where a lower one has failed.
class FirstError {
 public:
  void record(std::size_t index, std::exception_ptr error) {
    const std::scoped_lock guard(mutex_);
    // Relaxed: changed only under the mutex.
    if (index >= index_.load(std::memory_order_relaxed)) return;
    index_.store(index, std::memory_order_relaxed);
    error_ = std::move(error);
  }

  /// Whether an item before `index` has failed, so that a loop would not have come so far.
  bool precedes(std::size_t index) const {
    // Relaxed: a stale answer costs one needless item; the error itself is read under the mutex.
    return index_.load(std::memory_order_relaxed) < index;
  }

  /// Once: the caller has the last reference then.
  void rethrow() {
    const std::scoped_lock guard(mutex_);
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  std::atomic<std::size_t> index_{std::numeric_limits<std::size_t>::max()};
  std::mutex mutex_;
  std::exception_ptr error_;
};

}  // namespace contend::internal
