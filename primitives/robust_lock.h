#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/robust_thread.h"

namespace contend {

/// What an attempt on a RobustLock came to. True: locked.
class RobustResult {
 public:
  static constexpr RobustResult not_locked() { return {false, false}; }
  static constexpr RobustResult locked(bool owner_died) { return {true, owner_died}; }

  constexpr operator bool() const { return is_locked_; }  // implicit, as the standard's Lockable has it
  /// Whether the owner before died holding it: what it protects may be half done. Put that right and call
  /// make_consistent(), or unlock, which makes the lock unusable.
  constexpr bool owner_died() const { return owner_died_; }

 private:
  constexpr RobustResult(bool is_locked, bool owner_died) : is_locked_(is_locked), owner_died_(owner_died) {}

  bool is_locked_;
  bool owner_died_;
};

/// A lock for processes that share memory and may be killed: it survives the death of its owner, and tells
/// the next.
///
/// Not where all users live and die together: Lock is smaller and faster. Not where what it protects cannot
/// be put right by somebody else: then a death is the end of the data, and with a plain guard, which does not
/// look at the result of lock(), it is the end of the lock. Not between PID namespaces: owners are known by
/// their thread ids. Not in processes made by a bare clone(): fork() tells the C library, and this lock, that
/// the thread is another. Memory of a lock that was destroyed must not become other data while a user may
/// still be killed on its way out of unlock(): the kernel looks at the word once more (so for every robust
/// mutex of the C library's).
///
/// Guarantees: mutual exclusion; what was done before unlock() is visible after the next lock(), and what was
/// done before the owner's death after the lock() that tells of it. The death of a thread counts as well as
/// that of its process, at any instruction, by SIGKILL too. Unfair: a running thread may take a freed lock
/// before one that is waking up. Only the owner unlocks. Errors, all std::system_error: unlocking what the
/// caller does not own is operation_not_permitted; an owner that would wait for itself gets
/// resource_deadlock_would_occur; make_consistent() with nothing to put right is invalid_argument; a lock
/// whose owner died and whose next owner unlocked it inconsistent is unusable: every attempt is
/// state_not_recoverable. A C library without a fitting list of robust futexes is not_supported. Destroying
/// it locked ends the process in builds with assertions. Cost: 40 bytes. Uncontended, one atomic
/// read-modify-write to lock and one to unlock, and the stores that keep the kernel's list (which it reads to
/// its 2,048th entry); no system call, but for a thread's first. Contended, a bounded spin, then one futex
/// wait for the waiter, who looks again ten times a second, and one futex wake for the holder. Source: the
/// kernel's Documentation/locking/robust-futex-ABI.rst; the word as in glibc's robust mutexes, whose list it
/// shares.
///
/// | word           | meaning                                   | lock()                 | unlock()         |
/// |----------------|-------------------------------------------|------------------------|------------------|
/// | 0              | free                                      | becomes id             | error            |
/// | id             | held                                      | marks waiters, sleeps  | becomes 0        |
/// | id, owner_died | held by one who was told                  | marks waiters, sleeps  | becomes unusable |
/// | owner_died     | the owner died; the kernel has written it | becomes id, owner_died | error            |
/// | unusable       | nobody put it right                       | error                  | error            |
///
/// Each but `unusable` may have `waiters` besides: then somebody may sleep, and unlock() wakes one, as does
/// the kernel where the owner dies.
template <class P, class Thread>
class BasicRobustLock {
 public:
  BasicRobustLock() = default;
  BasicRobustLock(const BasicRobustLock&) = delete;
  BasicRobustLock& operator=(const BasicRobustLock&) = delete;
  ~BasicRobustLock() {
    if (internal::costly_checks && is_locked()) {
      internal::die_of_misuse("RobustLock::~RobustLock: the lock is locked; unlock before it is destroyed");
    }
  }

  RobustResult lock() { return lock_until(internal::Deadline::never()); }

  /// One attempt. By the owner: not locked.
  RobustResult try_lock() {
    return attempt([this](Thread& me) { return try_once(me); });
  }

  /// Waits for at most `timeout`; zero or less is one attempt.
  template <class Rep, class Period>
  RobustResult try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    if (!(timeout > timeout.zero())) return try_lock();
    return lock_until(internal::Deadline::after(timeout));
  }

  template <class Clock, class Duration>
  RobustResult try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    RobustResult result = try_lock();
    while (!result && !internal::has_come(when)) result = lock_until(internal::Deadline::at(when));
    return result;
  }

  void unlock() {
    Thread& me = Thread::current();
    const std::uint32_t before = look();
    if (owner_of(before) != me.id() || is_unusable(before)) {
      internal::throw_misuse(
          std::errc::operation_not_permitted,
          "RobustLock::unlock: the calling thread does not own the lock; unlock in the thread that locked");
    }
    const Intention intention(me, futex_);
    me.remove(futex_);
    release((before & owner_died) != 0 ? unusable : free);
  }

  /// Says that what the lock protects is whole again after its owner's death. By the owner, who was told.
  void make_consistent() {
    const std::uint32_t seen = look();
    if (!is_owned()) {
      internal::throw_misuse(std::errc::operation_not_permitted,
                             "RobustLock::make_consistent: the calling thread does not own the lock");
    }
    if ((seen & owner_died) == 0) {
      internal::throw_misuse(std::errc::invalid_argument,
                             "RobustLock::make_consistent: no owner has died; nothing to put right");
    }
    // Relaxed: the unlock that follows publishes what was put right.
    futex_.word.fetch_and(~owner_died, std::memory_order_relaxed);
  }

  /// Whether the calling thread owns it. Exact.
  bool is_owned() const { return owner_of(look()) == Thread::current().id() && !is_unusable(look()); }

  /// A hint: by the time the caller looks at it, it may have changed.
  bool is_locked() const noexcept { return owner_of(look()) != 0 && !is_unusable(look()); }

  /// Whether it will never be locked again.
  bool is_unusable() const noexcept { return is_unusable(look()); }

 private:
  using Futex = internal::RobustFutex<typename P::Word>;

  static constexpr std::uint32_t free = 0;
  static constexpr std::uint32_t waiters = FUTEX_WAITERS;
  static constexpr std::uint32_t owner_died = FUTEX_OWNER_DIED;
  static constexpr std::uint32_t unusable = FUTEX_TID_MASK;  // as an owner: no thread's id
  static constexpr int spins = 100;
  static constexpr int everybody = std::numeric_limits<int>::max();

  static std::uint32_t owner_of(std::uint32_t word) noexcept { return word & FUTEX_TID_MASK; }
  static bool is_unusable(std::uint32_t word) noexcept { return owner_of(word) == unusable; }

  // Relaxed: a thread finds its own id here only if it wrote it itself; all else is a hint.
  std::uint32_t look() const noexcept { return futex_.word.load(std::memory_order_relaxed); }

  /// Where it fails, `seen` is what is there instead.
  bool change(std::uint32_t& seen, std::uint32_t next) noexcept {
    // Acquire pairs with the release in release(), and with the kernel's own, full, order where the owner
    // died.
    return futex_.word.compare_exchange_strong(seen, next, std::memory_order_acquire,
                                               std::memory_order_relaxed);
  }

  void release(std::uint32_t next) noexcept {
    // Release pairs with the acquire in change(). The object is not touched afterwards: it may be gone.
    const std::uint32_t before = futex_.word.exchange(next, std::memory_order_release);
    if ((before & waiters) != 0) P::wake(futex_.word, next == unusable ? everybody : 1);
  }

  RobustResult lock_until(internal::Deadline deadline) {
    return attempt([this, deadline](Thread& me) {
      std::uint32_t seen = free;
      return change(seen, me.id()) ? RobustResult::locked(false) : lock_slow(me, deadline);
    });
  }

  /// Where the kernel looks if the thread is killed between a change of the word and that of its list.
  class Intention {
   public:
    Intention(Thread& me, Futex& futex) noexcept : me_(me) { me_.intend(futex); }
    Intention(const Intention&) = delete;
    Intention& operator=(const Intention&) = delete;
    ~Intention() { me_.done(); }

   private:
    Thread& me_;
  };

  template <class Take>
  RobustResult attempt(Take take) {
    Thread& me = Thread::current();
    const Intention intention(me, futex_);
    const RobustResult result = take(me);
    if (result) {
      me.add(futex_);
    } else {
      expect_usable();
    }
    return result;
  }

  void expect_usable() const {
    if (!is_unusable(look())) return;
    internal::throw_misuse(std::errc::state_not_recoverable,
                           "RobustLock::lock: an owner died, and the next one unlocked it without "
                           "make_consistent(); build what it protects anew, with a new lock");
  }

  RobustResult try_once(Thread& me) noexcept {
    std::uint32_t seen = look();
    while (owner_of(seen) == 0) {
      if (change(seen, seen | me.id())) return RobustResult::locked((seen & owner_died) != 0);
    }
    return RobustResult::not_locked();
  }

  [[gnu::noinline]] RobustResult lock_slow(Thread& me, internal::Deadline deadline) {
    std::uint32_t mark = 0;  // who has slept cannot know whether others still do
    bool timed_out = false;
    std::uint32_t seen = look();
    for (int rounds = 0; !is_unusable(seen); ++rounds) {
      if (owner_of(seen) == 0) {
        if (change(seen, seen | me.id() | mark)) return RobustResult::locked((seen & owner_died) != 0);
      } else if (owner_of(seen) == me.id()) {
        refuse_to_wait_for_itself();
      } else if (timed_out) {
        break;
      } else if (rounds < spins && (seen & waiters) == 0) {
        P::pause();
        seen = look();
      } else if ((seen & waiters) != 0 || change(seen, seen | waiters)) {
        timed_out = sleep(seen | waiters, deadline);
        mark = waiters;
        seen = look();
      }
    }
    return RobustResult::not_locked();
  }

  [[noreturn]] static void refuse_to_wait_for_itself() {
    internal::throw_misuse(std::errc::resource_deadlock_would_occur,
                           "RobustLock::lock: the calling thread owns the lock already; unlock first");
  }

  /// True: the time is over.
  bool sleep(std::uint32_t seen, internal::Deadline deadline) {
    const internal::Deadline until = Thread::longest_sleep(deadline);
    const auto result = P::wait(futex_.word, seen, until);
    return result == internal::FutexResult::timed_out && until.when() == deadline.when();
  }

  Futex futex_;
};

/// Between processes, and between threads. The kernel's wake at an owner's death goes to shared futexes only.
using RobustLock = BasicRobustLock<internal::SharedPlatform, internal::RobustThread>;

}  // namespace contend
