#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/rw_state.h"
#include "primitives/lock.h"

namespace contend {

/// A lock that any number may hold shared, or one exclusively; waiters sleep in the kernel.
///
/// For data that is read much more often than written, in sections of microseconds and more. Not for short
/// sections: readers do not exclude each other but take turns on the lock's own line, so sharing gains little
/// there, and Lock is simpler. Not for sharing it twice in one thread: a writer that
/// comes in between waits for the first, and the second waits for the writer. Not for re-entry by a writer. No
/// upgrade from shared to exclusive: two that try would wait for each other.
///
/// Guarantees: writers exclude everybody; what was done before unlock() or unlock_shared() is visible to the
/// next writer, and what a writer did to all who come after it. Nobody starves: once a writer is first in
/// line, those who come to share wait; once it unlocks, all who waited to share go before the next writer.
/// Writers that have to wait stand in line as Lock has it: a bounded time, but between processes unfair. Any
/// thread may unlock. A try_lock() may fail while waiters are being let in, though nobody holds it at that
/// moment. Errors: unlock() where no writer holds it and unlock_shared() where nobody shares it are
/// std::system_error(operation_not_permitted); if 8,191 share it or wait for that, lock_shared() throws
/// std::system_error(resource_unavailable_try_again), and the try forms return false; destroying it locked
/// ends the process in builds with assertions. Cost: 8 bytes. Uncontended, one atomic
/// read-modify-write to lock and one to unlock, in either mode, no system call. A waiter spins for a bounded
/// time, then sleeps; the one who frees the lock for a sleeper pays one futex wake. Source: own, after the
/// phase-fair locks of B. B. Brandenburg and J. H. Anderson, "Spin-Based Reader-Writer Synchronization for
/// Multiprocessor Real-Time Systems" (2010).
template <class P>
class BasicRwLock {
 public:
  BasicRwLock() = default;
  BasicRwLock(const BasicRwLock&) = delete;
  BasicRwLock& operator=(const BasicRwLock&) = delete;
  ~BasicRwLock() {
    if (internal::costly_checks && is_locked()) {
      internal::die_of_misuse("RwLock::~RwLock: the lock is locked; unlock before it is destroyed");
    }
  }

  void lock() {
    if (!try_lock()) lock_slow(internal::Deadline::never());
  }

  bool try_lock() noexcept {
    State seen = look();
    return seen.is_idle() && change(seen, seen.with_held());
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
    State seen = look();
    State next = seen;
    do {
      if (!seen.is_held())
        misuse("RwLock::unlock: no writer holds it, it is not locked; unlock once per lock");
      next = seen.without_held();
      // Release pairs with the acquire of whoever holds it next. From here on the object is not touched: it
      // may be gone, and a wake only names its address.
    } while (!change(seen, next, std::memory_order_release));
    wake_those_admitted(seen, next);
  }

  void lock_shared() {
    if (!try_lock_shared() && !lock_shared_slow(internal::Deadline::never())) {
      internal::throw_misuse(std::errc::resource_unavailable_try_again,
                             "RwLock::lock_shared: 8,191 share it or wait to; unlock as often as you lock");
    }
  }

  bool try_lock_shared() noexcept {
    State seen = look();
    while (seen.admits_sharing() && !seen.is_full()) {
      if (change(seen, seen.with_holding())) return true;
    }
    return false;
  }

  /// Waits for at most `timeout`; zero or less is one attempt. False: not locked.
  template <class Rep, class Period>
  bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& timeout) {
    return try_lock_shared() ||
           (timeout > timeout.zero() && lock_shared_slow(internal::Deadline::after(timeout)));
  }

  template <class Clock, class Duration>
  bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& when) {
    return try_lock_shared() || internal::retry_until(when, [this](internal::Deadline deadline) {
             return lock_shared_slow(deadline);
           });
  }

  void unlock_shared() {
    State seen = look();
    State next = seen;
    do {
      if (seen.holding() == 0) {
        misuse("RwLock::unlock_shared: nobody shares it; unlock once per lock_shared");
      }
      next = seen.without_one_holding();
      // Release pairs with the acquire of the next writer. The object is not touched from here on: see
      // unlock().
    } while (!change(seen, next, std::memory_order_release));
    wake_those_admitted(seen, next);
  }

  /// A hint: by the time the caller looks at it, it may have changed.
  bool is_locked() const noexcept {
    const State seen = look();
    return seen.is_held() || seen.holding() != 0;
  }

 private:
  using State = internal::RwState;

  static constexpr int spins = 100;
  static constexpr internal::FutexBits for_writer = 1;
  static constexpr internal::FutexBits for_sharers = 2;

  [[noreturn]] static void misuse(const char* what) {
    internal::throw_misuse(std::errc::operation_not_permitted, what);
  }

  // Relaxed: only the change that follows from it orders memory.
  State look() const noexcept { return State(word_.load(std::memory_order_relaxed)); }

  /// Where it fails, `seen` is what is there instead. All changes of the word are read-modify-writes, so
  /// whoever acquires it sees all that was released to it before, whatever came in between. Where it
  /// succeeds: acquire, which pairs with the release in unlock() and unlock_shared(), unless `order` says
  /// otherwise.
  bool change(State& seen, State next, std::memory_order order = std::memory_order_acquire) noexcept {
    std::uint32_t expected = seen.bits();
    // Acquire pairs with the release in unlock(): the state seen instead may say that this thread was let in.
    const bool changed =
        word_.compare_exchange_strong(expected, next.bits(), order, std::memory_order_acquire);
    seen = State(expected);
    return changed;
  }

  void wake_those_admitted(State before, State after) noexcept {
    if (before.writer_sleeps() && !after.writer_sleeps()) P::wake(word_, 1, for_writer);
    if (before.sharers_sleep() && !after.sharers_sleep()) P::wake(word_, most_sleepers, for_sharers);
  }
  static constexpr int most_sleepers = State::most;

  /// Through the line of writers, of whom only the first waits at the word.
  [[gnu::noinline]] bool lock_slow(internal::Deadline deadline) {
    if (deadline.has_passed() || !stand_in_line(deadline)) return false;
    const bool locked = lock_as_first(deadline);
    line_.unlock();
    return locked;
  }

  bool stand_in_line(internal::Deadline deadline) {
    if (!deadline.is_never()) return line_.try_lock_for(deadline.when() - internal::Deadline::Clock::now());
    line_.lock();
    return true;
  }

  bool lock_as_first(internal::Deadline deadline) {
    State seen = look();
    bool timed_out = false;
    for (int rounds = 0;; ++rounds) {
      if (seen.admits_first_writer()) {
        if (change(seen, seen.with_held())) return true;
      } else if (timed_out) {
        if (give_up_pending(seen)) return false;
      } else if (!seen.is_pending()) {
        if (change(seen, seen.with_pending())) seen = seen.with_pending();
      } else if (rounds < spins) {
        P::pause();
        seen = look();
      } else {
        timed_out = sleep_while(seen, seen.with_writer_asleep(), deadline, for_writer);
      }
    }
  }

  bool give_up_pending(State& seen) noexcept {
    const State next = seen.without_pending();
    if (!change(seen, next)) return false;
    if (seen.sharers_sleep() && !next.sharers_sleep()) P::wake(word_, most_sleepers, for_sharers);
    return true;
  }

  /// False where the time is over, or too many share it.
  [[gnu::noinline]] bool lock_shared_slow(internal::Deadline deadline) {
    if (deadline.has_passed()) return false;
    State seen = look();
    while (!seen.is_full()) {
      const bool admitted = seen.admits_sharing();
      if (!change(seen, admitted ? seen.with_holding() : seen.with_waiting())) {
        continue;
      }
      return admitted || await_next_phase(seen, deadline);
    }
    return false;
  }

  bool await_next_phase(State arrived, internal::Deadline deadline) {
    State seen = arrived;
    bool timed_out = false;
    for (int rounds = 0; seen.is_same_phase(arrived); ++rounds) {
      if (seen.admits_sharing()) {
        if (change(seen, seen.with_waiting_holding())) return true;
      } else if (timed_out) {
        if (change(seen, seen.without_one_waiting())) return false;
      } else if (rounds < spins) {
        P::pause();
        // Acquire pairs with the release in unlock().
        seen = State(word_.load(std::memory_order_acquire));
      } else {
        timed_out = sleep_while(seen, seen.with_sharers_asleep(), deadline, for_sharers);
      }
    }
    return true;
  }

  /// Announces the sleeper by changing `seen` to `announced`, and sleeps while it stays at that. `seen` is
  /// then what came instead. True: the time is over.
  bool sleep_while(State& seen, State announced, internal::Deadline deadline, internal::FutexBits bits) {
    if (seen.bits() != announced.bits() && !change(seen, announced)) return false;
    const auto result = P::wait(word_, announced.bits(), deadline, bits);
    // Acquire pairs with the release in unlock().
    seen = State(word_.load(std::memory_order_acquire));
    return result == internal::FutexResult::timed_out;
  }

  typename P::Word word_{0};
  BasicLock<P> line_;  // of the writers that have to wait
};

/// Between the threads of one process.
using RwLock = BasicRwLock<internal::ThreadPlatform>;

/// The same, in memory that several processes map. Not robust: a holder that dies leaves it locked.
using SharedRwLock = BasicRwLock<internal::SharedPlatform>;

}  // namespace contend
