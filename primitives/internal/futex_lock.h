#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"

namespace contend::internal {

/// A lock in one word and nothing beside it: what Lock is between processes, and what guards the table that Lock
/// keeps its waiters in.
///
/// Guarantees: those of Lock, except that it is not fair at all: a running thread may take a freed lock before one
/// that is still waking up. Cost: 4 bytes. Uncontended, one atomic read-modify-write to lock, one to unlock, no
/// system call. Contended, a bounded spin, then one futex wait for the waiter and one futex wake for the holder.
/// Source: the three-state lock of U. Drepper, "Futexes Are Tricky" (2011), section 5, "Mutex, Take 2", with a
/// bounded spin before the first sleep.
///
/// | word      | meaning                  | lock()                    | unlock()                   |
/// |-----------|--------------------------|---------------------------|----------------------------|
/// | free      | nobody holds it          | becomes held              | error, becomes free        |
/// | held      | held, nobody sleeps      | becomes contended, sleeps | becomes free               |
/// | contended | held, somebody may sleep | sleeps                    | becomes free, wakes one    |
///
/// A thread that has slept takes the lock as `contended`, because it cannot know whether others still sleep;
/// the price is at most one wake too many.
template <class P>
class FutexLock {
 public:
  FutexLock() = default;
  FutexLock(const FutexLock&) = delete;
  FutexLock& operator=(const FutexLock&) = delete;

  void lock() {
    if (!try_lock()) lock_slow(Deadline::never());
  }

  bool try_lock() noexcept {
    std::uint32_t expected = free;
    // Acquire pairs with the release in unlock().
    return word_.compare_exchange_strong(expected, held, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  /// Waits for at most `timeout`; zero or less is one attempt. False: not locked.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return try_lock() || (timeout > timeout.zero() && lock_slow(Deadline::after(timeout)));
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return try_lock() || retry_until(when, [this](Deadline deadline) { return lock_slow(deadline); });
  }

  void unlock() {
    // Release pairs with the acquire of whoever locks next. After this exchange the object is not touched
    // again: the next holder may already have destroyed it, and a wake only names its address.
    const std::uint32_t before = word_.exchange(free, std::memory_order_release);
    if (before == held) return;
    if (before == free) throw_misuse(std::errc::operation_not_permitted, not_locked);
    P::wake(word_, 1);
  }

  /// A hint: by the time the caller looks at it, it may have changed.
  bool is_locked() const noexcept {
    // Relaxed: says nothing about the data under the lock, so it pairs with nothing.
    return word_.load(std::memory_order_relaxed) != free;
  }

 private:
  static constexpr std::uint32_t free = 0;
  static constexpr std::uint32_t held = 1;
  static constexpr std::uint32_t contended = 2;
  static constexpr int spins = 100;
  static constexpr const char* not_locked =
      "SharedLock::unlock: the lock is not locked; unlock once per lock";

  /// Spins while the holder may soon be done: until the lock is free, or somebody sleeps, or patience ends.
  bool spin_lock() noexcept {
    for (int i = 0; i < spins; ++i) {
      // Relaxed: only a hint whether try_lock, which acquires, is worth its write.
      const std::uint32_t seen = word_.load(std::memory_order_relaxed);
      if (seen == free && try_lock()) return true;
      if (seen == contended) return false;
      P::pause();
    }
    return false;
  }

  [[gnu::noinline]] bool lock_slow(Deadline deadline) {
    if (spin_lock()) return true;
    // Acquire pairs with the release in unlock(). The exchange announces the sleeper before it sleeps; the
    // kernel sleeps only if the word still says `contended`, so an unlock in between is not missed.
    while (word_.exchange(contended, std::memory_order_acquire) != free) {
      if (P::wait(word_, contended, deadline) == FutexResult::timed_out) {
        // A wake may have been meant for this thread: the lock is free then, and taking it uses the wake up.
        return word_.exchange(contended, std::memory_order_acquire) == free;
      }
    }
    return true;
  }

  typename P::Word word_{free};
};

}  // namespace contend::internal
