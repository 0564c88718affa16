#pragma once

#include <atomic>
#include <chrono>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"

namespace contend::internal {

/// A lock in one byte that waits awake. A `Waiting` is one wait: `may_try(flag)` says whether the next attempt is
/// worth its write, `pause()` passes the time between two attempts. It also has the texts for misuse.
template <class P, class Waiting>
class FlagLock {
 public:
  FlagLock() = default;
  FlagLock(const FlagLock&) = delete;
  FlagLock& operator=(const FlagLock&) = delete;
  ~FlagLock() {
    if (costly_checks && is_locked()) die_of_misuse(Waiting::destroyed_while_locked);
  }

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
    const auto deadline = Deadline::after(timeout);
    return spin_until([deadline] { return deadline.has_passed(); });
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return try_lock() || spin_until([&when] { return has_come(when); });
  }

  void unlock() {
    // Relaxed: the holder reads its own store.
    if (costly_checks && !locked_.load(std::memory_order_relaxed)) {
      throw_misuse(std::errc::operation_not_permitted, Waiting::not_locked);
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
  using Flag = typename P::template Atomic<bool>;

  /// Gives up between two attempts, once `give_up` says so.
  template <class GiveUp>
  [[gnu::noinline]] bool spin_until(GiveUp give_up) noexcept {
    Waiting waiting;
    while (true) {
      if (waiting.may_try(locked_) && try_lock()) return true;
      if (give_up()) return false;
      waiting.pause();
    }
  }

  Flag locked_{false};
};

}  // namespace contend::internal
