#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <stop_token>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/spin_until.h"
#include "primitives/internal/stop_wake.h"

namespace contend {

/// A number of permits: acquire() takes one and waits where there is none, release(n) adds n.
///
/// For limiting how many may do something at a time, and for handing on "there is one more". Not for mutual
/// exclusion (StrictLock finds a surplus unlock), and not where a surplus release would be a bug (BoundedSemaphore).
///
/// Guarantees: as many acquires succeed as there were permits; what was done before release() is visible after
/// the acquire that takes its permit, and that of any earlier release. Not fair: a running thread may take a
/// permit before one that is still waking up. Whoever got a permit may destroy the semaphore at once: release()
/// does not touch it after the permit is out. Any thread may release. Works with signals.
/// Errors: a negative start value or a release of less than one is std::invalid_argument; more than max()
/// permits is std::length_error, and nothing has changed.
/// Cost: 4 bytes. Uncontended, one atomic read-modify-write to acquire and one to release, no system call.
/// A waiter spins briefly, then sleeps in the kernel. release(n) makes one system call if somebody may sleep.
/// Source: one word with a mark for sleepers, as the mutexes of U. Drepper, "Futexes Are Tricky" (2011), have it; who
/// keeps and who clears the mark is own (models/semaphore.pml).
///
/// The word is twice the number of permits, plus the mark that somebody may sleep:
///
/// | permits | mark  | meaning              | acquire()                   | release(n)                      |
/// |---------|-------|----------------------|-----------------------------|---------------------------------|
/// | none    | clear | nobody sleeps        | sets the mark, sleeps       | adds n                          |
/// | none    | set   | somebody may sleep   | sleeps                      | adds n, wakes n (see below)     |
/// | some    | clear | free                 | takes one                   | adds n                          |
/// | some    | set   | free, some may sleep | takes one, clears the mark  | adds n, wakes n (see below)     |
///
/// A release that sees the mark leaves it. So where it is set, there is for each permit a wake, and a sleeper on
/// its way, unless nobody sleeps. Who takes a permit without having slept relies on that, and clears the mark: the
/// releases to come then make no system call for sleepers that are on their way already. Who has slept sets the mark
/// with the permit it takes, because others may still sleep; and if it found the mark clear, it wakes as many more
/// as there are permits left, which came from releases that saw no mark. The price is at most one wake too many.
template <class P>
class BasicSemaphore {
 public:
  /// The most permits there can be.
  static constexpr std::ptrdiff_t max() noexcept {
    return std::numeric_limits<std::uint32_t>::max() / permit / 2;
  }

  explicit BasicSemaphore(std::ptrdiff_t start = 1) : word_(word_of(start)) {}
  BasicSemaphore(const BasicSemaphore&) = delete;
  BasicSemaphore& operator=(const BasicSemaphore&) = delete;

  void acquire() {
    if (!try_acquire()) acquire_slow(internal::Deadline::never());
  }

  /// False: stop was requested, and there was no permit.
  bool acquire(std::stop_token stop) {
    if (try_acquire()) return true;
    const internal::StopWake<P> wake(stop, word_);
    return acquire_slow(internal::Deadline::never(), stop);
  }

  bool try_acquire() noexcept {
    // Relaxed: the exchange acquires.
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    while (seen >= permit) {
      // Acquire pairs with the release in release().
      if (word_.compare_exchange_weak(seen, (seen - permit) & ~sleepers, std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  /// Waits for at most `timeout`; zero or less is one attempt. False: no permit.
  template <class Rep, class Period>
  bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
    return try_acquire() || (timeout > timeout.zero() && acquire_slow(internal::Deadline::after(timeout)));
  }

  template <class Clock, class Duration>
  bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& when) {
    return try_acquire() || internal::retry_until(
                                when, [this](internal::Deadline deadline) { return acquire_slow(deadline); });
  }

  /// Adds `n` permits and wakes up to `n` waiters.
  void release(std::ptrdiff_t n = 1) {
    if (n != 1) return release_up_to(max(), n, too_many);
    // Release pairs with the acquire of whoever takes a permit. After this step the object is not touched again, but
    // where max() permits were there before: who took the permit may already have destroyed it, and a wake only
    // names its address.
    const std::uint32_t seen = word_.fetch_add(permit, std::memory_order_release);
    if (seen < permit * max() && (seen & sleepers) == 0) [[likely]]
      return;
    release_with_care(seen);
  }

  /// How many permits there are. A hint: by the time the caller looks at it, it may have changed.
  std::ptrdiff_t value() const noexcept {
    // Relaxed: says nothing about the data that the permits guard, so it pairs with nothing.
    return word_.load(std::memory_order_relaxed) / permit;
  }

 protected:
  void release_up_to(std::ptrdiff_t bound, std::ptrdiff_t n, const char* beyond_bound) {
    if (n < 1) throw std::invalid_argument("Semaphore::release: gives back at least one permit");
    // Relaxed: the exchange releases.
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    std::uint32_t next = 0;
    do {
      if (n > bound - static_cast<std::ptrdiff_t>(seen / permit)) throw std::length_error(beyond_bound);
      next = seen + static_cast<std::uint32_t>(n) * permit;
      // Release pairs with the acquire of whoever takes a permit. After this exchange the object is not touched
      // again, as in release().
    } while (!word_.compare_exchange_weak(seen, next, std::memory_order_release, std::memory_order_relaxed));
    if ((seen & sleepers) != 0) P::wake(word_, static_cast<int>(n));
  }

 private:
  static constexpr std::uint32_t sleepers = 1;
  static constexpr std::uint32_t permit = 2;
  static constexpr int spins = 100;
  static constexpr const char* too_many =
      "Semaphore::release: more permits than Semaphore::max(); release what was acquired";

  /// The rest of a release of one, for a word that has a mark or no room. The room beyond max() is for permits that are
  /// taken back here: there are more permits than threads that could be here at the same time.
  [[gnu::noinline]] void release_with_care(std::uint32_t seen) {
    if (seen < permit * max()) return P::wake(word_, 1);
    // Relaxed: publishes nothing.
    word_.fetch_sub(permit, std::memory_order_relaxed);
    throw std::length_error(too_many);
  }

  static std::uint32_t word_of(std::ptrdiff_t start) {
    if (start < 0) throw std::invalid_argument("Semaphore: the start value is negative; it is 0 or more");
    if (start > max()) throw std::invalid_argument("Semaphore: the start value is beyond Semaphore::max()");
    return static_cast<std::uint32_t>(start) * permit;
  }

  [[gnu::noinline]] bool acquire_slow(internal::Deadline deadline, const std::stop_token& stop = {}) {
    if (internal::spin_until<P>([this] { return try_acquire(); }, spins)) return true;
    bool has_slept = false;
    bool gives_up = false;
    while (!take_or_mark(has_slept)) {
      // A wake may have been meant for this thread; then there was a permit for it, and the look above took it.
      if (gives_up || stop.stop_requested()) return false;
      gives_up = P::wait(word_, sleepers, deadline) == internal::FutexResult::timed_out;
      has_slept = true;
    }
    return true;
  }

  /// Takes a permit, or makes sure that the mark is set where there is none: the kernel sleeps only on a word
  /// that says so, and a release in between is not missed.
  bool take_or_mark(bool has_slept) noexcept {
    // Relaxed: the exchange acquires.
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    while (seen != sleepers) {
      const bool free = seen >= permit;
      const std::uint32_t left = free ? seen - permit : seen;
      const std::uint32_t next = has_slept || !free ? left | sleepers : left & ~sleepers;
      // Acquire pairs with the release in release().
      if (!word_.compare_exchange_weak(seen, next, std::memory_order_acquire, std::memory_order_relaxed))
        continue;
      if (!free) return false;
      if (has_slept && left >= permit && (left & sleepers) == 0)
        P::wake(word_, static_cast<int>(left / permit));
      return true;
    }
    return false;
  }

  typename P::Word word_;
};

/// A semaphore that refuses more permits than it started with: for permits that stand for things that exist,
/// such as the connections of a pool. A release beyond the start value is std::length_error and changes
/// nothing. Otherwise as Semaphore, in 16 bytes.
template <class P>
class BasicBoundedSemaphore : private BasicSemaphore<P> {
  using Base = BasicSemaphore<P>;

 public:
  using Base::max;
  explicit BasicBoundedSemaphore(std::ptrdiff_t start = 1) : Base(start), bound_(start) {}

  using Base::acquire;
  using Base::try_acquire;
  using Base::try_acquire_for;
  using Base::try_acquire_until;
  using Base::value;

  void release(std::ptrdiff_t n = 1) {
    Base::release_up_to(
        bound_, n,
        "BoundedSemaphore::release: more permits than at the start; release only what was acquired");
  }

 private:
  const std::ptrdiff_t bound_;
};

/// Between the threads of one process.
using Semaphore = BasicSemaphore<internal::ThreadPlatform>;
using BoundedSemaphore = BasicBoundedSemaphore<internal::ThreadPlatform>;

/// The same, in memory that several processes map. A process that dies takes the permits it holds with it,
/// and one that dies as it wakes up the wake-up: another sleeper gets its permit only after the next release.
using SharedSemaphore = BasicSemaphore<internal::SharedPlatform>;
using SharedBoundedSemaphore = BasicBoundedSemaphore<internal::SharedPlatform>;

}  // namespace contend
