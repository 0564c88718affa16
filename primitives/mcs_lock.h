#pragma once

#include <atomic>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/queue_lock.h"
#include "primitives/internal/spin_wait.h"

namespace contend {

namespace internal {

/// | tail          | meaning                                         | unlock                            |
/// |---------------|-------------------------------------------------|-----------------------------------|
/// | null          | nobody holds it                                 | error                             |
/// | holder's seat | held, nobody waits                              | becomes null                      |
/// | another seat  | held; from the holder's seat, `next` leads here | clears `waits` in the next seat   |
template <class P>
class McsQueue {
 public:
  static constexpr const char* not_locked =
      "McsLock::unlock: the lock is not locked in this way; unlock once per lock, through what locked it";
  static constexpr const char* locked_by_this_handle =
      "McsLock::Handle::lock: this handle holds the lock; unlock first, or use a handle per worker";
  static constexpr const char* destroyed_while_locked =
      "McsLock::~McsLock: the lock is locked; unlock before it is destroyed";
  static constexpr const char* handle_destroyed_while_it_holds =
      "McsLock::Handle::~Handle: this handle holds the lock; unlock before it is destroyed";

  struct alignas(cache_line_size) Seat {
    typename P::template Atomic<Seat*> next{nullptr};
    typename P::template Atomic<bool> waits{false};
  };

  void enter(Seat& seat) noexcept {
    // Relaxed: published by what follows.
    seat.next.store(nullptr, std::memory_order_relaxed);
    // Acquire pairs with the release in leave() that empties the queue; release publishes the seat to the one
    // behind, who writes to it.
    Seat* const before = tail_.exchange(&seat, std::memory_order_acq_rel);
    if (before != nullptr) wait_behind(*before, seat);
  }

  bool try_enter(Seat& seat) noexcept {
    Seat* expected = nullptr;
    // Relaxed: as in enter(). The look first keeps the line shared while somebody holds the lock.
    if (tail_.load(std::memory_order_relaxed) != nullptr) return false;
    seat.next.store(nullptr, std::memory_order_relaxed);
    // As the exchange in enter().
    return tail_.compare_exchange_strong(expected, &seat, std::memory_order_acq_rel,
                                         std::memory_order_relaxed);
  }

  void leave(Seat& seat) noexcept {
    // Acquire pairs with the release in wait_behind(): the seat behind is ready to be written to.
    Seat* next = seat.next.load(std::memory_order_acquire);
    if (next == nullptr) {
      Seat* expected = &seat;
      // Release pairs with the acquire in enter() and try_enter().
      if (tail_.compare_exchange_strong(expected, nullptr, std::memory_order_release,
                                        std::memory_order_relaxed)) {
        return;
      }
      next = await_successor(seat);
    }
    // Release pairs with the acquire in wait_behind().
    next->waits.store(false, std::memory_order_release);
  }

  bool is_locked() const noexcept {
    // Relaxed: says nothing about the data under the lock, so it pairs with nothing.
    return tail_.load(std::memory_order_relaxed) != nullptr;
  }

 private:
  [[gnu::noinline]] static void wait_behind(Seat& before, Seat& seat) noexcept {
    // Relaxed: published by the store that follows.
    seat.waits.store(true, std::memory_order_relaxed);
    // Release pairs with the acquire in leave() and await_successor().
    before.next.store(&seat, std::memory_order_release);
    SpinWait<P> wait;
    // Acquire pairs with the release at the end of leave().
    while (seat.waits.load(std::memory_order_acquire)) wait.once();
  }

  /// Somebody has swapped itself in behind and is about to say so.
  [[gnu::noinline]] static Seat* await_successor(const Seat& seat) noexcept {
    SpinWait<P> wait;
    while (true) {
      // Acquire pairs with the release in wait_behind().
      if (Seat* const next = seat.next.load(std::memory_order_acquire)) return next;
      wait.once();
    }
  }

  typename P::template Atomic<Seat*> tail_{nullptr};
};

}  // namespace internal

/// A spin lock in order of arrival whose waiters each watch a line of their own.
///
/// For short sections between many threads that each have a CPU of their own: a hand-over disturbs one
/// waiter, where a TicketLock disturbs all. Not where there are more runnable threads than CPUs: the next in
/// line may be descheduled, and nobody may overtake it (waiters yield, which softens that and does not cure
/// it): use Lock. Not where it is mostly uncontended: SpinLock unlocks with a store. Not between processes:
/// the queue is made of pointers. Not for re-entry by the holder, which waits for itself for ever.
///
/// Guarantees: mutual exclusion; first come, first served, from the exchange in lock(); what was done before
/// unlock() is visible after the next lock(). Any thread may unlock, but for a Handle. Timed forms: a seat
/// cannot be taken out of the middle of a queue that is linked in one direction, so they poll, without a
/// place in the queue: under steady contention they time out (ClhLock's wait in the queue). Errors: unlocking
/// what is not locked is std::system_error(operation_not_permitted), a handle that locks twice
/// std::system_error(resource_deadlock_would_occur); destroying it locked ends the process in builds with
/// assertions. Cost: 16 bytes, and a cache line per handle, or per lock that a thread holds at once. One
/// atomic read-modify-write to lock, one to unlock, or a load and a store where somebody waits; no futex.
/// Source: J. M. Mellor-Crummey and M. L. Scott, "Algorithms for Scalable Synchronization on Shared-Memory
/// Multiprocessors" (1991); the plain form as in M. L. Scott, "Shared-Memory Synchronization" (2013), section
/// 4.3.
template <class P>
class BasicMcsLock : public internal::QueueLock<P, internal::McsQueue<P>> {};

using McsLock = BasicMcsLock<internal::ThreadPlatform>;

}  // namespace contend
