#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/spin_wait.h"

namespace contend {

/// A spin lock that serves in order of arrival.
///
/// For short sections between threads that each have a CPU of their own, where every one must get its turn.
/// Not where there are more runnable threads than CPUs: the next in line may be descheduled, and nobody may
/// overtake it, so throughput falls by orders of magnitude (waiters yield, which softens that and does not
/// cure it). Not for many waiters: all of them watch one line, which every unlock takes away from them (a
/// queue lock scales better). Not for re-entry by the holder, which waits for itself for ever.
///
/// Guarantees: mutual exclusion; first come, first served, from the moment lock() draws its ticket; what was
/// done before unlock() is visible after the next lock(). Any thread may unlock; works across processes. At
/// most 2^16-1 threads may hold or wait. No timed lock by ticket: a drawn ticket cannot be given back. The
/// timed forms retry try_lock() and so have no place in the line. Errors: unlocking what is not locked is
/// std::system_error(operation_not_permitted); destroying it locked ends the process in builds with assertions.
/// Cost: 4 bytes. One atomic read-modify-write to lock, two loads and a store to unlock; no futex. Source:
/// J. M. Mellor-Crummey and M. L. Scott, "Algorithms for Scalable Synchronization on Shared-Memory
/// Multiprocessors" (1991), with their proportional backoff.
template <class P>
class BasicTicketLock : public internal::TimedByPolling<BasicTicketLock<P>, P> {
 public:
  BasicTicketLock() = default;
  BasicTicketLock(const BasicTicketLock&) = delete;
  BasicTicketLock& operator=(const BasicTicketLock&) = delete;
  ~BasicTicketLock() {
    if (internal::costly_checks && is_locked()) {
      internal::die_of_misuse("TicketLock::~TicketLock: the lock is locked; unlock before it is destroyed");
    }
  }

  void lock() noexcept {
    // Relaxed: drawing a ticket orders nothing; the load of serving_ acquires.
    const std::uint16_t mine = next_.fetch_add(1, std::memory_order_relaxed);
    // Acquire pairs with the release in unlock().
    std::uint16_t now = serving_.load(std::memory_order_acquire);
    for (int rounds = 0; now != mine; ++rounds) {
      wait_for(static_cast<std::uint16_t>(mine - now), rounds);
      now = serving_.load(std::memory_order_acquire);
    }
  }

  bool try_lock() noexcept {
    // Acquire pairs with the release in unlock(); a ticket equal to it is the one that would be served at
    // once.
    std::uint16_t now = serving_.load(std::memory_order_acquire);
    // Relaxed: as in lock(). Fails where somebody holds the lock or waits, because then next_ is ahead of
    // `now`.
    return next_.compare_exchange_strong(now, static_cast<std::uint16_t>(now + 1), std::memory_order_relaxed);
  }

  void unlock() {
    // Relaxed: only the holder writes serving_.
    const std::uint16_t now = serving_.load(std::memory_order_relaxed);
    // Relaxed: the holder's own ticket has been drawn before, so next_ is ahead of `now` for it.
    if (next_.load(std::memory_order_relaxed) == now) {
      internal::throw_misuse(std::errc::operation_not_permitted,
                             "TicketLock::unlock: the lock is not locked; unlock once per lock");
    }
    // Release pairs with the acquire in lock() and try_lock().
    serving_.store(static_cast<std::uint16_t>(now + 1), std::memory_order_release);
  }

  /// A hint: by the time the caller looks at it, it may have changed.
  bool is_locked() const noexcept {
    // Relaxed: says nothing about the data under the lock, so it pairs with nothing.
    return serving_.load(std::memory_order_relaxed) != next_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr int pauses_per_predecessor = 8;
  static constexpr int rounds_before_yield = 64;

  static void wait_for(std::uint16_t predecessors, int rounds) noexcept {
    if (rounds >= rounds_before_yield) return P::yield();
    for (int i = 0; i < std::min<int>(predecessors, 8) * pauses_per_predecessor; ++i) P::pause();
  }

  typename P::template Atomic<std::uint16_t> next_{0};
  typename P::template Atomic<std::uint16_t> serving_{0};
};

using TicketLock = BasicTicketLock<internal::ThreadPlatform>;

}  // namespace contend
