#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/deferred_wakes.h"
#include "primitives/internal/futex_lock.h"
#include "primitives/internal/lock_queue.h"
#include "primitives/internal/lock_tuning.h"
#include "primitives/internal/platform.h"

namespace contend::internal {

/// Where the waiters of a Lock are announced: outside of it, because an unlock that frees by a plain store
/// may not look at the lock again. Locks whose addresses hash alike share a bucket, which costs time and
/// nothing else.
template <class P>
struct alignas(2 * cache_line_size) LockBucket {
  template <class T>
  using Atomic = typename P::template Atomic<T>;

  /// A quiet bucket has nobody asleep, so freeing needs no look at the rest. Changes under `lock`. At first
  /// false.
  Atomic<bool> quiet{false};
  /// Waiters that are to get the lock at the next unlock.
  Atomic<std::uint32_t> impatient{0};

  /// The lock that one thread, awake or being woken, will look at again before it sleeps. An unlock of that
  /// lock wakes nobody.
  alignas(cache_line_size) Atomic<const void*> heir{nullptr};
  /// Whether a thread that is not the heir spins.
  Atomic<bool> beside_heir{false};
  /// Listed waiters.
  Atomic<std::uint32_t> sleepers{0};
  Atomic<std::uint32_t> idle_unlocks{0};
  /// What heirs have learned: the pauses to take off the longest spin.
  Atomic<std::uint32_t> spin_less{0};
  FutexLock<P> lock;
  /// Whether every thread's next look at `quiet` finds it false. It does at first; later, whoever relies on it has
  /// to make it so by a heavy fence. A holder that makes `quiet` false for its own unlock need not. Under `lock`.
  bool known_not_quiet = true;
  LockQueue<P> queue;
  DeferredWakes<P> deferred_wakes;

  /// Of a process that was forked: none of the waiters exists in it. Writes only where there is something to
  /// forget, because it is a copied page for the child. Whether it is quiet stays true.
  void forget_waiters() noexcept {
    if (!lock.is_locked() && queue.empty() && deferred_wakes.empty() && heir.load() == nullptr &&
        !beside_heir.load())
      return;
    impatient.store(0);
    heir.store(nullptr);
    beside_heir.store(false);
    sleepers.store(0);
    std::construct_at(&lock);
    queue = {};
    std::ignore = deferred_wakes.take();
  }
};

template <class P>
class LockBuckets {
 public:
  static LockBucket<P>& of(const void* lock) noexcept {
    return P::template process_wide<LockBuckets>().buckets_[index(lock)];
  }

  static void forget_waiters() noexcept {
    for (LockBucket<P>& bucket : P::template process_wide<LockBuckets>().buckets_) bucket.forget_waiters();
  }

 private:
  static constexpr std::size_t count = lock_tuning<P>.buckets;
  static_assert((count & (count - 1)) == 0);

  /// Multiplicative hashing (D. Knuth, "The Art of Computer Programming", vol. 3, 6.4): the top bits.
  static std::size_t index(const void* lock) noexcept {
    constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
    constexpr int bits = std::countr_zero(count);
    if constexpr (bits == 0) {
      return 0;
    } else {
      return static_cast<std::size_t>((reinterpret_cast<std::uintptr_t>(lock) * golden) >> (64 - bits));
    }
  }

  std::array<LockBucket<P>, count> buckets_;
};

}  // namespace contend::internal
