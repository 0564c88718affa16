#pragma once

#include "primitives/internal/flag_lock.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/spin_wait.h"

namespace contend {

namespace internal {

/// Every look is an attempt.
template <class P>
class AttemptWaiting {
 public:
  static constexpr const char* not_locked = "TasLock::unlock: the lock is not locked; unlock once per lock";
  static constexpr const char* destroyed_while_locked =
      "TasLock::~TasLock: the lock is locked; unlock before it is destroyed";

  template <class Flag>
  bool may_try(const Flag& /*locked*/) const noexcept {
    return true;
  }
  void pause() noexcept { wait_.once(); }

 private:
  SpinWait<P> wait_;
};

}  // namespace internal

/// The simplest lock there is, test-and-set: every waiter writes to the lock until one write finds it free.
///
/// It is here as the baseline that the others are measured against. Not for use: SpinLock is the same where
/// nobody waits, and better where somebody does, because its waiters only read. Here each attempt takes the line away
/// from the holder, who needs it to unlock and, if the data are beside the lock, to work.
///
/// Guarantees: mutual exclusion; what was done before unlock() is visible after the next lock(). Unfair. Any
/// thread may unlock; works across processes. Errors: as SpinLock. Cost: 1 byte. One atomic read-modify-write to
/// lock, a store to unlock; no futex. Waiting costs one read-modify-write per attempt; after 128 pauses a waiter
/// yields its CPU between attempts. Source: as SpinLock.
template <class P>
class BasicTasLock : public internal::FlagLock<P, internal::AttemptWaiting<P>> {};

using TasLock = BasicTasLock<internal::ThreadPlatform>;

}  // namespace contend
