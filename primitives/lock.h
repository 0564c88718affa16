#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/futex_lock.h"
#include "primitives/internal/lock_bucket.h"
#include "primitives/internal/lock_contention.h"
#include "primitives/internal/lock_state.h"
#include "primitives/internal/platform.h"

namespace contend {

/// A mutual-exclusion lock that costs what a spin lock costs where nobody waits, and sleeps in the kernel
/// when it must. The default choice.
///
/// Not for: first come first served (TicketLock), re-entry by the holder (it waits for itself for ever),
/// memory that processes share (SharedLock), threads of SCHED_DEADLINE (who yields gives up the rest of its period).
///
/// Guarantees: mutual exclusion; what was done before unlock() is visible after the next lock(). Any thread
/// may unlock. Bounded unfairness: a running thread may take a freed lock before those that wait, but one
/// that has slept a millisecond for itself and one for each that came before it says so, and is handed the
/// lock by the next unlock that sees that. A sleeping waiter uses no CPU. The last holder may destroy the
/// lock right after its own unlock, whoever else is still inside unlock(). In a forked child a lock that
/// another thread held stays locked.
/// Errors: in builds with assertions, and of a StrictLock in all, unlocking what is not locked is
/// std::system_error(operation_not_permitted), and destroying what is locked ends the program. Elsewhere nobody looks:
/// an unlock of what nobody holds leaves it free. An unlock too many while others use the lock is noticed in no build
/// if it meets it locked: it frees or hands on what another thread holds, or was just handed. In all builds a kernel
/// that refuses a futex, or that takes membarrier back after it was there, ends the program (a seccomp filter that is
/// installed late must allow both).
/// Cost: 2 bytes, and a table of 128 KiB for all locks of the process. Uncontended, one atomic
/// read-modify-write to lock, a store to unlock, no system call. Whoever finds it locked looks again for
/// a few microseconds, then, unless it has a deadline, yields up to 16 times, while others take its CPU: soon
/// over where they want the lock too, a time slice each where they compute. After that at most two waiters spin,
/// for as long as that has lately helped; all others sleep: a futex wait for the waiter, a futex wake for an unlock
/// that finds nobody to take over who is awake, or was woken in the last 50 microseconds. Who comes to sleep after a
/// thousand unlocks without that pays a membarrier (0.3 to 10 microseconds); for a thousand unlocks after, as for the
/// first thousand of all, an unlock costs a second read-modify-write. So does every unlock where the kernel refuses
/// membarrier, and under ThreadSanitizer.
/// Locks whose addresses share one of the table's 512 buckets pay for each other's sleepers in this way. While there are
/// some, an unlock of another lock also takes the bucket's own lock and looks through them: two or four more
/// read-modify-writes.
/// Source: the freeing store is a biased form of T. E. Anderson's (see SpinLock) with the waiters' side
/// paying for the fence, as in D. Dice, "QPI Quiescence" (2011), and Linux's membarrier(2); waiters outside
/// of the lock from F. Pizlo, "Locking in WebKit" (2016); yields before they sleep from oneTBB's mutex; few of them
/// awake from D. Dice, "Malthusian Locks" (2017); the hand-over after a millisecond from Go's sync.Mutex.
///
/// | held  | meaning                                        | lock()      | unlock()                            |
/// |-------|------------------------------------------------|-------------|-------------------------------------|
/// | false | nobody holds it                                | takes: true | error where `checks`, else false    |
/// | true  | somebody holds it, or is told that it does now | waits       | false; where it is handed over true |
///
/// Whether somebody waits is not in the lock but in its bucket, see internal::LockContention. The state is the same
/// whether a lock `checks` or not, so parts of a program that are built with and without assertions may share one;
/// between them a function that takes a Lock by its type does not link.
template <class P, bool checks = internal::costly_checks>
class BasicLock {
  using Contention = internal::LockContention<P>;
  using Bucket = internal::LockBucket<P>;
  using Buckets = internal::LockBuckets<P>;

 public:
  BasicLock() = default;
  BasicLock(const BasicLock&) = delete;
  BasicLock& operator=(const BasicLock&) = delete;
  ~BasicLock() {
    if (checks && is_locked()) internal::die_of_misuse(destroyed_while_locked);
  }

  /// Whether unlock() and the destructor look for misuse.
  static constexpr bool looks_for_misuse = checks;

  void lock() {
    if (!try_lock()) lock_slow(internal::Deadline::never());
  }

  // Acquire pairs with the release in unlock().
  bool try_lock() noexcept { return !state_.held.exchange(true, std::memory_order_acquire); }

  /// Waits for at most `timeout`; zero or less is one attempt. False: not locked.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return try_lock() || (timeout > timeout.zero() && lock_slow(internal::Deadline::after(timeout)));
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    auto attempt = [this](internal::Deadline deadline) { return lock_slow(deadline); };
    return try_lock() || internal::retry_until(when, attempt);
  }

  // Inlined: a call is two more stores that the next atomic instruction has to await (1.5 ns of 7).
  [[gnu::always_inline]] void unlock() {
    // Relaxed: the holder reads its own store. It waits for the atomic instruction that made it (4 ns of 11).
    if (checks && !state_.held.load(std::memory_order_relaxed)) [[unlikely]]
      internal::throw_misuse(std::errc::operation_not_permitted, not_locked);
    const Bucket& bucket = Buckets::of(&state_);
    // Relaxed, here and below: pairs with the heavy fence of whoever makes it busy, see LockContention.
    if (bucket.mode.load(std::memory_order_relaxed) == internal::LockMode::busy) [[unlikely]]
      return unlock_slow();
    const std::uint8_t turn = state_.free();
    // Enough of a light fence: where that is more, a bucket is always busy.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (bucket.mode.load(std::memory_order_relaxed) != internal::LockMode::quiet) [[unlikely]]
      wake_one_where_due(state_, turn);
  }

  /// A hint: by the time the caller looks at it, it may have changed. Who knows that nobody else unlocks it
  /// may unlock it on a true.
  bool is_locked() const noexcept {
    // Acquire pairs with the release of earlier unlocks, for who unlocks it on a true.
    return state_.held.load(std::memory_order_acquire);
  }

  /// For a condition, by the holder: its unlock() will wake who sleeps on `word`. False: there is no room for
  /// that, wake it now.
  bool wake_at_unlock(const typename P::Word& word) noexcept {
    return Contention(state_, Buckets::of(&state_)).wake_at_unlock(word);
  }

 private:
  static constexpr const char* destroyed_while_locked =
      "Lock::~Lock: the lock is locked; unlock before it is destroyed";
  static constexpr const char* not_locked = "Lock::unlock: the lock is not locked; unlock once per lock";

  [[gnu::noinline]] bool lock_slow(internal::Deadline deadline) {
    return Contention(state_, Buckets::of(&state_)).lock(deadline);
  }

  [[gnu::noinline]] void unlock_slow() noexcept { Contention(state_, Buckets::of(&state_)).unlock(); }

  /// Whose lock may be gone.
  [[gnu::noinline]] static void wake_one_where_due(internal::LockState<P>& state,
                                                   std::uint8_t turn) noexcept {
    Contention(state, Buckets::of(&state)).wake_one_where_due(turn);
  }

  internal::LockState<P> state_;
};

/// A private membarrier does not reach other processes, nor does a table of this one.
template <class P, bool checks>
requires P::between_processes class BasicLock<P, checks> : public internal::FutexLock<P> {
 public:
  ~BasicLock() {
    if (checks && this->is_locked())
      internal::die_of_misuse("SharedLock::~SharedLock: the lock is locked; unlock before it is destroyed");
  }
};

/// Between the threads of one process.
using Lock = BasicLock<internal::ThreadPlatform>;

/// The same, that looks for misuse in all builds. It costs two thirds more where nobody waits.
using StrictLock = BasicLock<internal::ThreadPlatform, true>;

/// The same, in memory that several processes map, with two read-modify-writes and no fairness (see
/// internal::FutexLock). Not robust: a holder that dies leaves it locked.
using SharedLock = BasicLock<internal::SharedPlatform>;

}  // namespace contend
