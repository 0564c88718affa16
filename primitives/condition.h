#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <stop_token>
#include <utility>

#include "primitives/internal/condition_waiter.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/held_lock.h"
#include "primitives/internal/platform.h"

namespace contend {

/// Waiting for a change of data under a lock: the waiter gives the lock up, and holds it again when it returns.
///
///   Condition condition(lock);                                  // once, beside the lock
///   std::scoped_lock guard(lock);                               // one side
///   condition.wait([&] { return !items.empty(); });
///   std::scoped_lock guard(lock); items.push_back(item);        // the other
///   condition.notify();
///
/// Over Lock, RLock or any lockable of ours; an RLock is given up whole and restored to its depth. Not for a
/// single flag (Event) or for counting (Semaphore), which need no lock; not between processes.
///
/// Guarantees: a wait returns true only because of a notification; no wake-up comes out of nothing. notify(n)
/// picks those who have waited longest, at most n, among those waiting now; a later waiter never takes their
/// place. Picked waiters are woken in the order in which they came, four at a time: each that has the lock back wakes
/// another. Those four may take the lock in any order, and a thread that just comes by before them. A notification that
/// races a time-out or a stop is not lost: whoever was picked reports it. However a wait ends, also by an exception, the
/// lock is held again. The condition may be destroyed once all waiters have been notified, the lock once they have
/// returned.
/// Errors: waiting or notifying without holding the lock is std::system_error(operation_not_permitted), where
/// the lock can tell: RLock always, Lock and the spin locks if nobody holds it.
/// Cost: 32 bytes; a waiter's place is on its stack. notify() with nobody waiting is two loads. With waiters, it
/// makes four system calls at most, however many it picks; each picked waiter makes one at most, to wake another. Lock
/// and RLock make them when they are unlocked, so that who is woken finds the lock free; with other locks it lets the
/// holder have the CPU a few times before it sleeps again. A thread that waits alone spins for about as long as a
/// wake-up takes, as long as that pays; all others sleep at once.
/// Source: wait morphing, as once in glibc and Linux (FUTEX_CMP_REQUEUE), without its requeue.
template <class L, class P = internal::ThreadPlatform>
class Condition {
 public:
  explicit Condition(L& lock) : lock_(&lock) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  /// Until notified.
  void wait() { wait_slow(internal::Deadline::never()); }

  /// Until the predicate, called with the lock held, is true.
  template <std::predicate Predicate>
  void wait(Predicate predicate) {
    while (!predicate()) wait();
  }

  /// False: stop was requested, and this was not notified.
  bool wait(std::stop_token stop) { return wait_slow(internal::Deadline::never(), std::move(stop)); }

  /// The predicate's last value: false only if stop was requested.
  template <std::predicate Predicate>
  bool wait(const std::stop_token& stop, Predicate predicate) {
    return wait_for_predicate(predicate, [&] { return wait(stop); });
  }

  /// Waits for at most `timeout`, and for the lock. False: not notified within it.
  template <class Rep, class Period>
  bool wait_for(const std::chrono::duration<Rep, Period>& timeout) {
    return wait_slow(internal::Deadline::after(timeout));
  }

  template <class Clock, class Duration>
  bool wait_until(const std::chrono::time_point<Clock, Duration>& when) {
    return internal::retry_until(when, [this](internal::Deadline deadline) { return wait_slow(deadline); });
  }

  /// The predicate's last value: false only after the time-out.
  template <class Rep, class Period, std::predicate Predicate>
  bool wait_for(const std::chrono::duration<Rep, Period>& timeout, Predicate predicate) {
    const auto deadline = internal::Deadline::after(timeout);
    return wait_for_predicate(predicate, [&] { return wait_slow(deadline); });
  }

  template <class Clock, class Duration, std::predicate Predicate>
  bool wait_until(const std::chrono::time_point<Clock, Duration>& when, Predicate predicate) {
    return wait_for_predicate(predicate, [&] { return wait_until(when); });
  }

  template <class Rep, class Period, std::predicate Predicate>
  bool wait_for(const std::stop_token& stop, const std::chrono::duration<Rep, Period>& timeout,
                Predicate predicate) {
    const auto deadline = internal::Deadline::after(timeout);
    return wait_for_predicate(predicate, [&] { return wait_slow(deadline, stop); });
  }

  /// Wakes at most `n` of those waiting now, first come first. None for zero.
  void notify(std::ptrdiff_t n = 1) {
    if (n < 0) throw std::invalid_argument("Condition::notify: the number of waiters to wake is negative");
    expect_held("Condition::notify: the caller does not hold the lock; hold it while notifying");
    waiters_.pick(n, wake_when_free(*lock_));
  }
  void notify_one() { notify(1); }
  void notify_all() { notify(std::numeric_limits<std::ptrdiff_t>::max()); }

 private:
  using Word = typename P::Word;

  static auto wake_when_free(L& lock) {
    return [&lock](const Word& word) { internal::wake_when_free<P>(lock, word); };
  }

  /// A stay in the list, without the lock. However it ends, the lock is held again and the list is left.
  class Stay {
   public:
    Stay(internal::ConditionWaiters<P>& waiters, L& lock, bool& picked)
        : waiters_(waiters), lock_(lock), picked_(picked) {
      waiters_.add(waiter_);
      levels_ = internal::give_up(lock_);
    }
    ~Stay() {
      internal::take_back<P>(lock_, levels_);
      picked_ = waiter_.is_picked();
      // A picked waiter does not touch the list, which may be gone with its condition.
      if (picked_) {
        waiter_.pass_on(wake_when_free(lock_));
      } else {
        waiters_.remove(waiter_);
      }
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

    void sleep(internal::Deadline deadline, std::stop_token stop) {
      auto rouse = [this] { waiter_.rouse([](const Word& word) { P::wake(word, 1); }); };
      const typename P::template StopCallback<decltype(rouse)> wake(std::move(stop), rouse);
      waiter_.sleep(deadline);
    }

   private:
    internal::ConditionWaiters<P>& waiters_;
    L& lock_;
    bool& picked_;
    internal::ConditionWaiter<P> waiter_;
    decltype(internal::give_up(std::declval<L&>())) levels_;
  };

  bool wait_slow(internal::Deadline deadline, std::stop_token stop = {}) {
    expect_held("Condition::wait: the caller does not hold the lock; lock it before waiting");
    bool picked = false;
    {
      Stay stay(waiters_, *lock_, picked);
      stay.sleep(deadline, std::move(stop));
    }
    return picked;
  }

  template <class Predicate, class Wait>
  static bool wait_for_predicate(Predicate& predicate, Wait wait_once) {
    while (!predicate()) {
      if (!wait_once()) return predicate();
    }
    return true;
  }

  void expect_held(const char* otherwise) const {
    if (!internal::may_be_held(*lock_)) internal::throw_misuse(std::errc::operation_not_permitted, otherwise);
  }

  L* lock_;
  internal::ConditionWaiters<P> waiters_;
};

}  // namespace contend
