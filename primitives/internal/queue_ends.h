#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/learned_wait.h"
#include "primitives/internal/lock_politely.h"
#include "primitives/internal/wait_list.h"
#include "primitives/lock.h"

// What lies between the two ends of a queue: the items, and the locks that guard them. Whoever holds
// `out_lock` may then take `in_lock`, not the reverse. lock() and unlock() are for both ends at once.
namespace contend::internal {

/// One end: how many items have passed it, and who waits for the next. Written under the lock of this end;
/// waiters are added and removed under both.
template <class P>
struct QueueEnd {
  using Count = typename P::template Atomic<std::uint64_t>;

  Count passed{0};
  Count passed_other{0};  // the other end, when this one last asked
  WaitList<P> waiters;    // of the other end
  LearnedWait<P> growth;  // before this one asks the other
};

/// One store under one lock: for orders in which an item that comes late may go out first.
template <class S, class P>
struct JointEnds {
  using Store = S;
  using value_type = typename Store::value_type;
  using Items = typename Store::Items;

  JointEnds(Store items) : back(std::move(items)) {}  // NOLINT: a store stands for its ends

  void lock() { in_lock.lock(); }
  void unlock() { in_lock.unlock(); }

  /// Whether `front` has an item, if there is any. With out_lock held.
  bool refill() noexcept {
    // Relaxed: under the lock.
    out.passed_other.store(in.passed.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return front.size() > 0;
  }
  /// The same with both held.
  bool refill_held() noexcept { return refill(); }

  std::size_t size() const noexcept { return back.size(); }
  void swap_items(Items& items) noexcept { back.swap_items(items); }

  BasicLock<P> in_lock;
  BasicLock<P>& out_lock = in_lock;
  QueueEnd<P> in;
  QueueEnd<P> out;
  Store back;
  Store& front = back;
};

/// A store and a lock for each end. Where the front one has run out of items it gets all those of the back
/// one, by a swap: while there are items in it, those who push and those who pop share nothing.
template <class S, class P>
struct SeparateEnds {
  using Store = S;
  using value_type = typename Store::value_type;
  using Items = std::array<typename Store::Items, 2>;

  SeparateEnds(Store items) : back(std::move(items)) {}  // NOLINT: a store stands for its ends

  void lock() {
    out_lock.lock();
    in_lock.lock();
  }
  /// The way out last: who pops or joins needs it, and may then destroy the queue.
  void unlock() {
    in_lock.unlock();
    out_lock.unlock();
  }

  bool refill() {
    if (front.size() > 0) return true;
    std::unique_lock guard(in_lock, std::defer_lock);
    lock_politely<P>(guard);
    return refill_held();
  }
  bool refill_held() noexcept {
    if (front.size() == 0) {
      front.swap(back);
      // Relaxed: under both locks.
      out.passed_other.store(in.passed.load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    return front.size() > 0;
  }

  std::size_t size() const noexcept { return front.size() + back.size(); }
  void swap_items(Items& items) noexcept {
    front.swap_items(items[0]);
    back.swap_items(items[1]);
  }

  alignas(cache_line_size) BasicLock<P> in_lock;
  QueueEnd<P> in;
  Store back;

  alignas(cache_line_size) BasicLock<P> out_lock;
  QueueEnd<P> out;
  Store front;
};

}  // namespace contend::internal
