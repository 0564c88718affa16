#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/queue_lock.h"
#include "primitives/internal/spin_wait.h"

namespace contend {

namespace internal {

/// The queue is implicit: each waiter knows, and watches, only the node before its own. A node belongs to its
/// seat until the exchange that puts it into the queue, and from then on to whoever comes behind.
///
/// | node's word  | meaning                                     | whoever is behind                 |
/// |--------------|---------------------------------------------|-----------------------------------|
/// | occupied     | its owner waits or holds the lock           | waits                             |
/// | free         | its owner has unlocked                      | holds the lock, takes the node    |
/// | another node | its owner was behind that node, and gave up | takes the node, watches the other |
template <class P>
class ClhQueue {
  struct alignas(cache_line_size) Node {
    typename P::template Atomic<std::uintptr_t> word{free};
  };

 public:
  static constexpr const char* not_locked =
      "ClhLock::unlock: the lock is not locked in this way; unlock once per lock, through what locked it";
  static constexpr const char* locked_by_this_handle =
      "ClhLock::Handle::lock: this handle holds the lock; unlock first, or use a handle per worker";
  static constexpr const char* destroyed_while_locked =
      "ClhLock::~ClhLock: the lock is locked; unlock before it is destroyed";
  static constexpr const char* handle_destroyed_while_it_holds =
      "ClhLock::Handle::~Handle: this handle holds the lock; unlock before it is destroyed";

  class Seat {
    friend ClhQueue;
    std::unique_ptr<Node> next = std::make_unique<Node>();  // for the next acquisition
    std::unique_ptr<Node> spare = nullptr;                  // instead of one that had to stay in the queue
    Node* queued = nullptr;
  };

  ClhQueue() = default;
  ClhQueue(const ClhQueue&) = delete;
  ClhQueue& operator=(const ClhQueue&) = delete;
  ~ClhQueue() {
    // Relaxed: nobody else is here any more.
    Node* last = tail_.load(std::memory_order_relaxed);
    while (last != nullptr) {
      const std::uintptr_t word = last->word.load(std::memory_order_relaxed);
      delete std::exchange(last, is_node(word) ? node_of(word) : nullptr);
    }
  }

  void enter(Seat& seat) noexcept {
    Node* before = arrive(seat);
    SpinWait<P> wait;
    while (!is_free(before, seat)) wait.once();
    take_over(before, seat);
  }

  bool try_enter(Seat& seat) {
    // Relaxed: a hint that saves taking a place in the queue only to give it up.
    if (held_.load(std::memory_order_relaxed)) return false;
    return enter_until(seat, [] { return true; });
  }

  /// Waits in the queue, until `give_up` says to leave it.
  template <class GiveUp>
  bool enter_until(Seat& seat, GiveUp give_up) {
    if (seat.spare == nullptr) seat.spare = std::make_unique<Node>();
    Node* before = arrive(seat);
    SpinWait<P> wait;
    while (!is_free(before, seat)) {
      if (give_up()) return depart(before, seat);
      wait.once();
    }
    take_over(before, seat);
    return true;
  }

  void leave(Seat& seat) noexcept {
    // Relaxed: a hint.
    held_.store(false, std::memory_order_relaxed);
    // Release pairs with the acquire in is_free().
    seat.queued->word.store(free, std::memory_order_release);
  }

  bool is_locked() const noexcept {
    // Relaxed: a hint. The node at the tail, which knows, may be gone before it is read.
    return held_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::uintptr_t occupied = 0;
  static constexpr std::uintptr_t free = 1;

  static bool is_node(std::uintptr_t word) noexcept { return word > free; }
  static Node* node_of(std::uintptr_t word) noexcept { return reinterpret_cast<Node*>(word); }

  /// Returns the node to watch.
  Node* arrive(Seat& seat) noexcept {
    seat.queued = seat.next.release();
    // Relaxed: published by the exchange.
    seat.queued->word.store(occupied, std::memory_order_relaxed);
    // Release publishes the word to whoever comes behind; acquire pairs with that, for the node before.
    return tail_.exchange(seat.queued, std::memory_order_acq_rel);
  }

  /// Passes over those that have given up.
  static bool is_free(Node*& before, Seat& seat) noexcept {
    while (true) {
      // Acquire pairs with the release in leave() and depart().
      const std::uintptr_t word = before->word.load(std::memory_order_acquire);
      if (!is_node(word)) return word == free;
      seat.spare.reset(std::exchange(before, node_of(word)));
    }
  }

  void take_over(Node* before, Seat& seat) noexcept {
    seat.next.reset(before);
    // Relaxed: a hint.
    held_.store(true, std::memory_order_relaxed);
  }

  /// Out of the queue. False, for not locked.
  bool depart(Node* before, Seat& seat) noexcept {
    Node* last = seat.queued;
    // Release: as in arrive(), for the node before, which is the last again.
    if (tail_.compare_exchange_strong(last, before, std::memory_order_release, std::memory_order_relaxed)) {
      seat.next.reset(seat.queued);
      return false;
    }
    // Somebody is behind and watches the node, which is theirs from here on. Release pairs with is_free().
    seat.queued->word.store(reinterpret_cast<std::uintptr_t>(before), std::memory_order_release);
    seat.next = std::move(seat.spare);
    return false;
  }

  typename P::template Atomic<Node*> tail_{new Node};
  typename P::template Atomic<bool> held_{false};
};

}  // namespace internal

/// A spin lock in order of arrival whose waiters each watch one line, and which can be waited for in the
/// queue for a limited time.
///
/// Where a McsLock is right and one of these holds: uncontended speed matters (its unlock is a store), or
/// waiters have deadlines. Not where there are more runnable threads than CPUs (as McsLock). Not where memory
/// is far from some CPUs: a waiter watches its predecessor's line, which may be remote to it. Not between
/// processes: the queue is made of pointers. Not for re-entry by the holder, which waits for itself for ever.
///
/// Guarantees: mutual exclusion; first come, first served, from the exchange in lock(), in the timed forms
/// too; what was done before unlock() is visible after the next lock(). Any thread may unlock, but for a
/// Handle. Errors: unlocking what is not locked is std::system_error(operation_not_permitted), a handle that
/// locks twice std::system_error(resource_deadlock_would_occur); destroying it locked ends the process in
/// builds with assertions. Cost: 24 bytes and a cache line on the heap, which its construction allocates, and
/// a cache line per handle, or per lock that a thread holds at once. One atomic read-modify-write to lock,
/// stores to unlock; no futex. try_lock() and the timed forms keep a second cache line in reserve: who gives
/// up leaves a node behind where somebody waits behind it. Source: T. S. Craig (1993), P. Magnussen, A.
/// Landin and E. Hagersten (1994); leaving the queue as in M. L. Scott, "Non-Blocking Timeout in Scalable
/// Queue-Based Spin Locks" (2002).
template <class P>
class BasicClhLock : public internal::QueueLock<P, internal::ClhQueue<P>> {};

using ClhLock = BasicClhLock<internal::ThreadPlatform>;

}  // namespace contend
