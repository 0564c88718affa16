#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stop_token>

#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/spin_until.h"
#include "primitives/internal/stop_wake.h"

namespace contend {

/// A flag to wait for: set() lets everybody through until clear().
///
/// For "it has happened". Not for handing out something to one waiter (Semaphore), and not where the waiters
/// then look at data under a lock (Condition).
///
/// Guarantees: every thread that waits when set() comes returns true, even if clear() follows at once. What
/// was done before set() is visible after the wait that it ends, and to whoever sees is_set(). A clear() that
/// comes before a set() sees what was done before any earlier set(): a consumer that clears and then looks for
/// work misses none. Whoever was let through may destroy the event at once: set() does not touch it after that.
/// Works with signals.
/// Cost: 4 bytes. is_set() and every wait while it is set are one load. set() and clear() are one atomic
/// read-modify-write; set() makes one system call if somebody may sleep. A waiter spins briefly, then sleeps.
/// Errors: none of its own.
/// Source: a count beside the flag, as in the eventcounts of D. P. Reed and R. K. Kanodia (1979).
///
/// The word holds the flag, the mark that somebody may sleep, and in its other 30 bits how often the event has
/// been set, which is how a waiter knows that a set() came and went. (A waiter that did not run for exactly a
/// multiple of 2^30 of them would not notice.)
///
/// | flag  | mark  | meaning                 | wait()             | set()                              | clear()       |
/// |-------|-------|-------------------------|--------------------|------------------------------------|---------------|
/// | clear | clear | not set, nobody sleeps  | sets mark, sleeps  | counts, sets flag                  | -             |
/// | clear | set   | not set, some may sleep | sleeps             | counts, sets flag, wakes all, no mark | -          |
/// | set   | clear | set                     | returns            | -                                  | clears flag   |
template <class P>
class BasicEvent {
 public:
  BasicEvent() = default;
  BasicEvent(const BasicEvent&) = delete;
  BasicEvent& operator=(const BasicEvent&) = delete;

  bool is_set() const noexcept {
    // Acquire pairs with the release in set().
    return (word_.load(std::memory_order_acquire) & flag) != 0;
  }

  void set() noexcept {
    // Relaxed: the exchange orders.
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    std::uint32_t next = 0;
    do {
      next = (seen & flag) != 0 ? seen : ((seen + one_set) & ~sleepers) | flag;
      // Release pairs with the acquire of a waiter. It writes even where the flag is set already, and acquires
      // too, so that it is in one order with clear(). After it the object is not touched again: whoever was let
      // through may have destroyed it, and a wake only names its address.
    } while (!word_.compare_exchange_weak(seen, next, std::memory_order_acq_rel, std::memory_order_relaxed));
    if ((seen & sleepers) != 0) P::wake(word_, std::numeric_limits<int>::max());
  }

  void clear() noexcept {
    // Acquire pairs with the release in set(): what was done before an earlier set() is seen after this.
    // Release keeps the order with a later set(), which acquires.
    word_.fetch_and(~flag, std::memory_order_acq_rel);
  }

  /// Until it is set; true, as the timed forms then say.
  bool wait() { return is_set() || wait_slow(internal::Deadline::never()); }

  /// False: stop was requested, and it was not set while this waited.
  bool wait(std::stop_token stop) {
    if (is_set()) return true;
    const internal::StopWake<P> wake(stop, word_);
    return wait_slow(internal::Deadline::never(), stop);
  }

  /// Waits for at most `timeout`; zero or less is one look. False: it was not set while this waited.
  template <class Rep, class Period>
  bool wait_for(const std::chrono::duration<Rep, Period>& timeout) {
    return is_set() || (timeout > timeout.zero() && wait_slow(internal::Deadline::after(timeout)));
  }

  template <class Clock, class Duration>
  bool wait_until(const std::chrono::time_point<Clock, Duration>& when) {
    return is_set() ||
           internal::retry_until(when, [this](internal::Deadline deadline) { return wait_slow(deadline); });
  }

 private:
  static constexpr std::uint32_t flag = 1;
  static constexpr std::uint32_t sleepers = 2;
  static constexpr std::uint32_t one_set = 4;
  static constexpr int spins = 100;

  /// Whether set() has come since `start` was seen, or the flag is set anyway.
  static bool has_come(std::uint32_t seen, std::uint32_t start) noexcept {
    return (seen & flag) != 0 || seen / one_set != start / one_set;
  }

  [[gnu::noinline]] bool wait_slow(internal::Deadline deadline, const std::stop_token& stop = {}) {
    // Acquire, here and below, pairs with the release in set().
    const std::uint32_t start = word_.load(std::memory_order_acquire);
    auto let_through = [&] { return has_come(word_.load(std::memory_order_acquire), start); };
    if (internal::spin_until<P>(let_through, spins)) return true;
    bool gives_up = false;
    while (true) {
      const std::uint32_t seen = mark_sleeper(start);
      if (has_come(seen, start)) return true;
      if (gives_up || stop.stop_requested()) return false;
      gives_up = P::wait(word_, seen, deadline) == internal::FutexResult::timed_out;
    }
  }

  /// Sets the mark unless set() has come, and returns the word as it then is. The kernel sleeps only on a word
  /// that carries the mark and the count of that moment, so a set() in between is not missed.
  std::uint32_t mark_sleeper(std::uint32_t start) noexcept {
    std::uint32_t seen = word_.load(std::memory_order_acquire);
    while (!has_come(seen, start) && (seen & sleepers) == 0) {
      if (word_.compare_exchange_weak(seen, seen | sleepers, std::memory_order_acquire))
        return seen | sleepers;
    }
    return seen;
  }

  typename P::Word word_{0};
};

/// Between the threads of one process.
using Event = BasicEvent<internal::ThreadPlatform>;

/// The same, in memory that several processes map.
using SharedEvent = BasicEvent<internal::SharedPlatform>;

}  // namespace contend
