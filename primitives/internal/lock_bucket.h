#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/deferred_wakes.h"
#include "primitives/internal/futex_lock.h"
#include "primitives/internal/lock_queue.h"
#include "primitives/internal/lock_tuning.h"
#include "primitives/internal/platform.h"

namespace contend::internal {

/// What an unlock of a bucket's locks does about sleepers.
///
/// | mode  | somebody asleep                         | an unlock                                              |
/// |-------|-----------------------------------------|--------------------------------------------------------|
/// | quiet | no                                      | frees by a plain store                                 |
/// | calm  | perhaps, and for a while nobody came    | the same, then wakes one unless somebody is under way  |
/// | busy  | perhaps                                 | frees by a read-modify-write, then the same, and hands |
/// |       |                                         | over to the impatient                                  |
enum class LockMode : std::uint8_t { busy, calm, quiet };

/// Where the waiters of a Lock are announced: outside of it, because an unlock that frees by a plain store
/// may not look at the lock again. Locks whose addresses hash alike share a bucket, which costs time and
/// nothing else.
template <class P>
struct alignas(2 * cache_line_size) LockBucket {
  template <class T>
  using Atomic = typename P::template Atomic<T>;
  using Time = Deadline::Clock::time_point;
  static constexpr Time there{};  // not on its way any more

  /// Changes under `lock`. At first busy.
  Atomic<LockMode> mode{LockMode::busy};
  /// Waiters that are to get the lock at the next unlock. None unless it is busy.
  Atomic<std::uint32_t> impatient{0};

  /// The lock that one thread, awake or being woken, will look at again before it sleeps. An unlock of that
  /// lock wakes nobody.
  alignas(cache_line_size) Atomic<const void*> heir{nullptr};
  /// Since when the heir has been on its way.
  Atomic<Time> called{there};
  /// Whether a thread that is not the heir spins.
  Atomic<bool> beside_heir{false};
  /// Listed waiters.
  Atomic<std::uint32_t> sleepers{0};
  /// Unlocks since the last of them came.
  Atomic<std::uint32_t> undisturbed{0};
  /// What heirs have learned: the pauses to take off the longest spin.
  Atomic<std::uint32_t> spin_less{0};
  FutexLock<P> lock;
  /// Whether every thread's next look at `mode` finds it busy. It does at first; later, whoever relies on it has
  /// to make it so by a heavy fence. A holder that makes it busy for its own unlock need not. Under `lock`.
  bool known_busy = true;
  LockQueue<P> queue;
  DeferredWakes<P> deferred_wakes;

  /// On its way since `since`.
  bool become_heir(const void* of, Time since) noexcept {
    const void* nobody = nullptr;
    // Relaxed to look: the exchange decides. Relaxed to tell the time: a hint.
    if (heir.load(std::memory_order_relaxed) != nullptr || !heir.compare_exchange_strong(nobody, of))
      return false;
    called.store(since, std::memory_order_relaxed);
    return true;
  }

  // Under `lock`, all below.

  /// Before a waiter is listed: no unlock overlooks it.
  void disturb() {
    // Relaxed: only a count.
    undisturbed.store(0, std::memory_order_relaxed);
    // Relaxed: written under `lock`. The fence pairs with the compiler's barrier in Lock::unlock().
    if (mode.load(std::memory_order_relaxed) == LockMode::busy && known_busy) return;
    mode.store(LockMode::busy, std::memory_order_relaxed);
    P::heavy_fence();
    known_busy = true;
  }

  /// For the caller's own unlock, and for others' sooner or later.
  void become_busy() noexcept {
    // Relaxed: as above.
    if (mode.load(std::memory_order_relaxed) == LockMode::busy) return;
    mode.store(LockMode::busy, std::memory_order_relaxed);
    known_busy = false;
  }

  /// What made it busy since is over: it is again what it was, unless somebody relies on it.
  void settle_unless_known() noexcept {
    if (!known_busy) settle();
  }

  /// After a sleeper has left.
  void settle_where_calm() noexcept {
    // Relaxed: written under `lock`.
    if (mode.load(std::memory_order_relaxed) == LockMode::calm) settle();
  }

  /// Whatever it may be. Without asymmetric fences it stays busy, and every unlock is a full one.
  void settle() noexcept {
    // Relaxed: counted under `lock`. Release pairs with the acquire in LockContention::wake_one_where_due().
    if (impatient.load(std::memory_order_relaxed) != 0 || !deferred_wakes.empty() ||
        !P::has_asymmetric_fence())
      return;
    mode.store(sleepers.load() == 0 ? LockMode::quiet : LockMode::calm, std::memory_order_release);
  }

  /// Of a process that was forked: none of the waiters exists in it. Writes only where there is something to
  /// forget, because it is a copied page for the child. A calm bucket without sleepers is soon a quiet one.
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
