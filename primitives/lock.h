#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"

namespace contend {

/// A mutual-exclusion lock that sleeps in the kernel when it must wait. The default choice.
///
/// Not for: sections of a few instructions between threads that are never descheduled (SpinLock), first come
/// first served (TicketLock), re-entry by the holder (it waits for itself for ever).
///
/// Guarantees: mutual exclusion; what was done before unlock() is visible after the next lock(). Any thread
/// may unlock. Not fair: a running thread may take a freed lock before one that is still waking up. Errors:
/// unlocking what is not locked is std::system_error(operation_not_permitted) where it is noticed, which is
/// always if nobody else uses the lock meanwhile. Cost: 4 bytes. Uncontended, one atomic read-modify-write to
/// lock, one to unlock, no system call. Contended, a bounded spin, then one futex wait for the waiter and one
/// futex wake for the holder. Source: the three-state lock of U. Drepper, "Futexes Are Tricky" (2011),
/// section 5, "Mutex, Take 2", with a bounded spin before the first sleep.
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
class BasicLock {
 public:
  BasicLock() = default;
  BasicLock(const BasicLock&) = delete;
  BasicLock& operator=(const BasicLock&) = delete;

  void lock() {
    if (!try_lock()) lock_slow(internal::Deadline::never());
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
    return try_lock() || (timeout > timeout.zero() && lock_slow(internal::Deadline::after(timeout)));
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return try_lock() ||
           internal::retry_until(when, [this](internal::Deadline deadline) { return lock_slow(deadline); });
  }

  void unlock() {
    // Release pairs with the acquire of whoever locks next. After this exchange the object is not touched
    // again: the next holder may already have destroyed it, and a wake only names its address.
    const std::uint32_t before = word_.exchange(free, std::memory_order_release);
    if (before == held) return;
    if (before == free) internal::throw_misuse(std::errc::operation_not_permitted, not_locked);
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
  static constexpr const char* not_locked = "Lock::unlock: the lock is not locked; unlock once per lock";

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

  [[gnu::noinline]] bool lock_slow(internal::Deadline deadline) {
    if (spin_lock()) return true;
    // Acquire pairs with the release in unlock(). The exchange announces the sleeper before it sleeps; the
    // kernel sleeps only if the word still says `contended`, so an unlock in between is not missed.
    while (word_.exchange(contended, std::memory_order_acquire) != free) {
      if (P::wait(word_, contended, deadline) == internal::FutexResult::timed_out) {
        // A wake may have been meant for this thread: the lock is free then, and taking it uses the wake up.
        return word_.exchange(contended, std::memory_order_acquire) == free;
      }
    }
    return true;
  }

  typename P::Word word_{free};
};

/// Between the threads of one process.
using Lock = BasicLock<internal::ThreadPlatform>;

/// The same, in memory that several processes map. Not robust: a holder that dies leaves it locked.
using SharedLock = BasicLock<internal::SharedPlatform>;

}  // namespace contend
