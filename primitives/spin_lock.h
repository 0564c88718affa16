#pragma once

#include <algorithm>
#include <atomic>

#include "primitives/internal/flag_lock.h"
#include "primitives/internal/platform.h"

namespace contend {

namespace internal {

/// Reads until it sees the lock free, and backs off exponentially.
template <class P>
class BackoffWaiting {
 public:
  static constexpr const char* not_locked = "SpinLock::unlock: the lock is not locked; unlock once per lock";
  static constexpr const char* destroyed_while_locked =
      "SpinLock::~SpinLock: the lock is locked; unlock before it is destroyed";

  template <class Flag>
  bool may_try(const Flag& locked) const noexcept {
    // Relaxed: only a hint whether an attempt, which acquires, is worth its write.
    return !locked.load(std::memory_order_relaxed);
  }
  void pause() noexcept {
    for (int i = 0; i < backoff_; ++i) P::pause();
    if (backoff_ == longest_backoff) P::yield();
    backoff_ = std::min(2 * backoff_, longest_backoff);
  }

 private:
  static constexpr int longest_backoff = 64;  // pauses

  int backoff_ = 1;
};

}  // namespace internal

/// A lock that waits awake: test-and-test-and-set with exponential backoff.
///
/// Most likely you want Lock. This one is for sections of well under a microsecond, between threads that each
/// have a CPU of their own. Not where a holder may be descheduled: then every waiter burns its whole time
/// slice (the yield after each full backoff softens that and does not cure it). Not on real-time priorities,
/// where a spinning waiter keeps the holder from running for ever. Not where waiters must be served in order.
/// Not for re-entry by the holder, which waits for itself for ever.
///
/// Guarantees: mutual exclusion; what was done before unlock() is visible after the next lock(). Unfair:
/// whoever finds the line free wins, mostly the last holder. Any thread may unlock; works across processes.
/// Errors: unlocking what is not locked is std::system_error(operation_not_permitted) in builds with assertions;
/// elsewhere it is silent, because the load it takes is a third of the price of the lock. Destroying it locked
/// ends the process in builds with assertions.
/// Cost: 1 byte. One atomic read-modify-write to lock, a store to unlock; no futex. A waiter reads
/// its own copy of the line until the line changes, then backs off. Source: T. E. Anderson, "The Performance
/// of Spin Lock Alternatives for Shared-Memory Multiprocessors" (1990).
template <class P>
class BasicSpinLock : public internal::FlagLock<P, internal::BackoffWaiting<P>> {};

using SpinLock = BasicSpinLock<internal::ThreadPlatform>;

}  // namespace contend
