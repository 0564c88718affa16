#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/queue_lock.h"
#include "primitives/internal/spin_wait.h"

namespace contend {

namespace internal {

/// Those who arrive while the lock is held push themselves on a stack, `arrivals`. A holder with nobody left
/// to serve takes the whole stack away: that is the next segment, served from its top, latest first, while
/// new arrivals gather in a stack of their own.
///
/// | arrivals    | meaning                                                  | unlock                          |
/// |-------------|----------------------------------------------------------|---------------------------------|
/// | free        | nobody holds it                                          | error                           |
/// | nobody      | held, no arrivals since the segment was taken            | serves the segment, or frees it |
/// | a seat      | held: the seat of a holder that found it free, or of the | serves the segment, or takes    |
/// |             | latest arrival                                           | the stack as the next one       |
///
/// Each waiter knows whom it found at the top when it came: the one to serve after it. The bottom of a
/// segment has found `nobody`, or the seat of a holder that had found the lock free; that seat is no waiter,
/// so it is passed along, by address only, as the `end` of the segment.
template <class P>
class ReciprocatingArrivals {
 public:
  static constexpr const char* not_locked =
      "ReciprocatingLock::unlock: the lock is not locked in this way; unlock once per lock, through what "
      "locked it";
  static constexpr const char* locked_by_this_handle =
      "ReciprocatingLock::Handle::lock: this handle holds the lock; unlock first, or use a handle per worker";
  static constexpr const char* destroyed_while_locked =
      "ReciprocatingLock::~ReciprocatingLock: the lock is locked; unlock before it is destroyed";
  static constexpr const char* handle_destroyed_while_it_holds =
      "ReciprocatingLock::Handle::~Handle: this handle holds the lock; unlock before it is destroyed";

  class alignas(cache_line_size) Seat {
    friend ReciprocatingArrivals;
    typename P::template Atomic<std::uintptr_t> gate{shut};  // opened with the end of the segment
    // The holder's own.
    Seat* successor = nullptr;
    std::uintptr_t end = nobody;
  };

  void enter(Seat& seat) noexcept {
    // Relaxed: published by the exchange.
    seat.gate.store(shut, std::memory_order_relaxed);
    // Acquire pairs with the release in leave() that frees the lock; release publishes the shut gate to the
    // one who opens it.
    const std::uintptr_t found = arrivals_.exchange(address_of(seat), std::memory_order_acq_rel);
    if (found == free) {
      seat.successor = nullptr;
      seat.end = address_of(seat);
    } else {
      wait_above(found, seat);
    }
  }

  bool try_enter(Seat& seat) noexcept {
    std::uintptr_t expected = free;
    // Relaxed: a hint. The look first keeps the line shared while somebody holds the lock.
    if (arrivals_.load(std::memory_order_relaxed) != free) return false;
    // Acquire pairs with the release in leave().
    if (!arrivals_.compare_exchange_strong(expected, nobody, std::memory_order_acquire,
                                           std::memory_order_relaxed)) {
      return false;
    }
    seat.successor = nullptr;
    seat.end = nobody;
    return true;
  }

  void leave(Seat& seat) noexcept {
    if (seat.successor != nullptr) return open(*seat.successor, seat.end);
    std::uintptr_t expected = seat.end;
    // Release pairs with the acquire in enter() and try_enter().
    if (arrivals_.compare_exchange_strong(expected, free, std::memory_order_release,
                                          std::memory_order_relaxed)) {
      return;
    }
    // Acquire pairs with the release in enter(): the gate to open is shut.
    open(*seat_at(arrivals_.exchange(nobody, std::memory_order_acq_rel)), seat.end);
  }

  bool is_locked() const noexcept {
    // Relaxed: says nothing about the data under the lock, so it pairs with nothing.
    return arrivals_.load(std::memory_order_relaxed) != free;
  }

 private:
  static constexpr std::uintptr_t shut = 0;  // of a gate
  static constexpr std::uintptr_t free = 0;  // of the arrivals
  static constexpr std::uintptr_t nobody = 1;

  static std::uintptr_t address_of(const Seat& seat) noexcept {
    return reinterpret_cast<std::uintptr_t>(&seat);
  }
  static Seat* seat_at(std::uintptr_t address) noexcept { return reinterpret_cast<Seat*>(address); }

  [[gnu::noinline]] static void wait_above(std::uintptr_t found, Seat& seat) noexcept {
    SpinWait<P> wait;
    std::uintptr_t end = shut;
    // Acquire pairs with the release in open().
    while ((end = seat.gate.load(std::memory_order_acquire)) == shut) wait.once();
    const bool is_bottom = found == end || found == nobody;
    seat.successor = is_bottom ? nullptr : seat_at(found);
    seat.end = is_bottom ? nobody : end;
  }

  static void open(Seat& next, std::uintptr_t end) noexcept {
    // Release pairs with the acquire in wait_above().
    next.gate.store(end, std::memory_order_release);
  }

  typename P::template Atomic<std::uintptr_t> arrivals_{free};
};

}  // namespace internal

/// A spin lock with bounded overtaking: one exchange to arrive, whatever the number of waiters, who each
/// watch a line of their own.
///
/// For short sections between many threads that each have a CPU of their own, where nobody may starve but
/// strict order is not needed: arrivals are served in segments, the latest first, and those who come
/// meanwhile make up the next segment. Not where there are more runnable threads than CPUs: a segment is a
/// queue, and the next in it may be descheduled (waiters yield, which softens that and does not cure it): use
/// Lock. Not where waiting times must be even: the order of service reverses from segment to segment. Not
/// between processes: it is made of pointers. Not for re-entry by the holder, which waits for itself for ever.
///
/// Guarantees: mutual exclusion; before a waiter is served, each other thread gets the lock at most twice;
/// what was done before unlock() is visible after the next lock(). Any thread may unlock, but for a Handle.
/// Timed forms: an arrival cannot leave the stack, so they poll, without a place in it: under steady
/// contention they time out. Errors: unlocking what is not locked is
/// std::system_error(operation_not_permitted), a handle that locks twice
/// std::system_error(resource_deadlock_would_occur); destroying it locked ends the process in builds with
/// assertions. Cost: 16 bytes, and a cache line per handle, or per lock that a thread holds at once. One
/// atomic read-modify-write to lock, one to unlock, or one store where a segment is being served; no futex.
/// Source: D. Dice and A. Kogan, "Reciprocating Locks" (2025), arXiv:2501.02380.
template <class P>
class BasicReciprocatingLock : public internal::QueueLock<P, internal::ReciprocatingArrivals<P>> {};

using ReciprocatingLock = BasicReciprocatingLock<internal::ThreadPlatform>;

}  // namespace contend
