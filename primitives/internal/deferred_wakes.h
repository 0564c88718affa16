#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>

namespace contend::internal {

/// Sleepers to be woken by the unlock of a lock that they will want: woken earlier, they would find it held, by
/// a thread that may be in the middle of the very system call that woke them. One lock at a time, a few
/// sleepers. Changes under the lock of its bucket.
template <class P>
class DeferredWakes {
 public:
  using Word = typename P::Word;

  /// The words to wake. They are only addresses: whoever slept there may be gone.
  class Batch {
   public:
    void wake() const noexcept {
      for (std::size_t i = 0; i < size_; ++i) P::wake(*words_[i], 1);
    }

   private:
    friend DeferredWakes;
    std::array<const Word*, 4> words_{};
    std::size_t size_ = 0;
  };

  /// By the holder. False: no room, wake it yourself.
  bool add(const void* lock, const Word& word) noexcept {
    // Relaxed, here and below: the lock's own order, since only its holders write or look for it.
    const void* const present = lock_.load(std::memory_order_relaxed);
    if ((present != nullptr && present != lock) || batch_.size_ == batch_.words_.size()) return false;
    lock_.store(lock, std::memory_order_relaxed);
    batch_.words_[batch_.size_++] = &word;
    return true;
  }

  /// By the holder, also without the bucket's lock.
  bool are_for(const void* lock) const noexcept { return lock_.load(std::memory_order_relaxed) == lock; }

  bool empty() const noexcept { return are_for(nullptr); }

  Batch take() noexcept {
    lock_.store(nullptr, std::memory_order_relaxed);
    return std::exchange(batch_, {});
  }

 private:
  typename P::template Atomic<const void*> lock_{nullptr};
  Batch batch_;
};

}  // namespace contend::internal
