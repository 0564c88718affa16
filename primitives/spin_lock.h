#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"

namespace contend {

/// A lock that waits awake: test-and-test-and-set with exponential backoff.
///
/// Most likely you want Lock. This one is for sections of well under a microsecond, between threads that each
/// have a CPU of their own. Not where a holder may be descheduled: then every waiter burns its whole time
/// slice (the yield after each full backoff softens that and does not cure it). Not on real-time priorities,
/// where a spinning waiter keeps the holder from running for ever. Not where waiters must be served in order.
///
/// Guarantees: mutual exclusion; what was done before unlock() is visible after the next lock(). Unfair:
/// whoever finds the line free wins, mostly the last holder. Any thread may unlock; works across processes.
/// Errors: unlocking what is not locked is std::system_error(operation_not_permitted) in builds with assertions;
/// elsewhere it is silent, because the load it takes is a third of the price of the lock.
/// Cost: 1 byte. One atomic read-modify-write to lock, a store to unlock; no futex. A waiter reads
/// its own copy of the line until the line changes, then backs off. Source: T. E. Anderson, "The Performance
/// of Spin Lock Alternatives for Shared-Memory Multiprocessors" (1990).
template <class P>
class BasicSpinLock {
 public:
  BasicSpinLock() = default;
  BasicSpinLock(const BasicSpinLock&) = delete;
  BasicSpinLock& operator=(const BasicSpinLock&) = delete;

  void lock() noexcept {
    if (!try_lock()) spin_until([] { return false; });
  }

  bool try_lock() noexcept {
    // Acquire pairs with the release in unlock().
    return !locked_.exchange(true, std::memory_order_acquire);
  }

  /// Waits for at most `timeout`; zero or less is one attempt. False: not locked.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    if (try_lock()) return true;
    const auto deadline = internal::Deadline::after(timeout);
    return spin_until([deadline] { return deadline.has_passed(); });
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return try_lock() || spin_until([&when] { return Clock::now() >= when; });
  }

  void unlock() {
    // Relaxed: the holder reads its own store.
    if (internal::costly_checks && !locked_.load(std::memory_order_relaxed)) {
      internal::throw_misuse(std::errc::operation_not_permitted,
                             "SpinLock::unlock: the lock is not locked; unlock once per lock");
    }
    // Release pairs with the acquire in try_lock().
    locked_.store(false, std::memory_order_release);
  }

  /// A hint: by the time the caller looks at it, it may have changed.
  bool is_locked() const noexcept {
    // Relaxed: says nothing about the data under the lock, so it pairs with nothing.
    return locked_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr int longest_backoff = 64;  // pauses

  /// Gives up between two attempts, once `give_up` says so.
  template <class GiveUp>
  [[gnu::noinline]] bool spin_until(GiveUp give_up) noexcept {
    int backoff = 1;
    while (true) {
      // Relaxed: only a hint whether try_lock, which acquires, is worth its write.
      if (!locked_.load(std::memory_order_relaxed) && try_lock()) return true;
      if (give_up()) return false;
      for (int i = 0; i < backoff; ++i) P::pause();
      if (backoff == longest_backoff) P::yield();
      backoff = std::min(2 * backoff, longest_backoff);
    }
  }

  typename P::template Atomic<bool> locked_{false};
};

using SpinLock = BasicSpinLock<internal::ThreadPlatform>;

}  // namespace contend
