#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/lock_politely.h"
#include "primitives/internal/queue_ends.h"
#include "primitives/internal/queue_stores.h"
#include "primitives/internal/spin_until.h"
#include "primitives/internal/wait_list.h"
#include "primitives/lock.h"
#include "primitives/queue_shut_down.h"
#include "primitives/scope_guard.h"

namespace contend::internal {

/// What a queue with a capacity and a shutdown does at its two ends, whatever lies between them: who finds
/// room, or an item, needs the lock of one end; who has to sleep takes both, and so is seen by all that comes
/// later.
template <class Ends, class P>
class QueueCore {
 public:
  using value_type = typename Ends::value_type;

  QueueCore(std::size_t capacity, typename Ends::Store store)
      : capacity_(capacity), ends_(std::move(store)) {}
  QueueCore(const QueueCore&) = delete;
  QueueCore& operator=(const QueueCore&) = delete;

  bool is_shut_down() const noexcept { return is_shut_down_.load(); }

  /// A hint, as are empty() and full(): by the time the caller looks at it, it may have changed.
  std::size_t size() const noexcept {
    // Acquire: the count that grows later is read later, so that the size was this or more then.
    const std::uint64_t popped = ends_.out.passed.load(std::memory_order_acquire);
    return size_between(popped, pushed());
  }
  bool empty() const noexcept {
    const std::uint64_t popped = ends_.out.passed.load(std::memory_order_acquire);  // as in size()
    // Relaxed: looked at first because the other count is in a cache line of those who push.
    return popped == ends_.out.passed_other.load(std::memory_order_relaxed) && popped == pushed();
  }
  bool full() const noexcept {
    const std::uint64_t pushed = ends_.in.passed.load(std::memory_order_acquire);  // before the other
    // Relaxed: as in empty().
    return !has_room(size_between(ends_.in.passed_other.load(std::memory_order_relaxed), pushed)) &&
           !has_room(size_between(ends_.out.passed.load(std::memory_order_relaxed), pushed));
  }

  /// 0: no bound.
  std::size_t capacity() const noexcept {
    // Relaxed: orders nothing; whoever adds an item reads it under the lock.
    return capacity_.load(std::memory_order_relaxed);
  }

 protected:
  using Guard = std::unique_lock<BasicLock<P>>;
  using BothEnds = std::unique_lock<Ends>;

  ~QueueCore() = default;

  static constexpr std::size_t all = static_cast<std::size_t>(-1);

  static Deadline poll() { return Deadline::at(Deadline::Clock::time_point::min()); }

  bool must_wait_to_push() const noexcept { return full() && !is_shut_down(); }
  bool must_wait_to_pop() const noexcept { return empty() && !is_shut_down(); }

  std::uint64_t pushed() const noexcept { return ends_.in.passed.load(std::memory_order_relaxed); }

  template <class U>
  bool push_within(U&& item, Deadline deadline) {
    if (known_room_is_used_up()) await_several(ends_.in, deadline, [this] { return room(); });
    Guard guard(ends_.in_lock, std::defer_lock);
    lock_politely<P>(guard);
    if (!may_push()) {
      guard.unlock();
      return push_awaited(std::forward<U>(item), deadline);
    }
    add(guard, std::forward<U>(item));
    return true;
  }

  value_type pop_when_there_is_one() {
    Guard front(ends_.out_lock, std::defer_lock);
    if (find_item(front, Deadline::never())) return take<value_type>(front, do_nothing);
    BothEnds both(ends_);
    await_item(both, Deadline::never());
    return take_awaited<value_type>(both);
  }

  std::optional<value_type> pop_within(Deadline deadline) {
    using Result = std::optional<value_type>;
    Guard front(ends_.out_lock, std::defer_lock);
    if (find_item(front, deadline)) return take<Result>(front, do_nothing);
    BothEnds both(ends_);
    if (!await_item(both, deadline)) return std::nullopt;
    return take_awaited<Result>(both);
  }

  bool await_item(BothEnds& both, Deadline deadline) {
    return ends_.in.waiters.await(both, deadline, [this] {
      if (ends_.refill_held()) return true;
      if (is_shut_down()) throw QueueShutDown("Queue::pop: the queue has been shut down and is empty");
      return false;
    });
  }

  /// The item that this thread was woken for is for another one, if it can't be moved.
  template <class Result>
  Result take_awaited(BothEnds& both) {
    return take<Result>(both, [&] { release_and_wake(both, ends_.in.waiters.pick(1)); });
  }

  /// With both ends held: exchanges all items for `dropped`, which is empty, and says how many there were.
  std::size_t drop_into(typename Ends::Items& dropped) noexcept {
    const std::size_t count = ends_.size();
    ends_.swap_items(dropped);
    // Relaxed: with both locks held.
    ends_.out.passed_other.store(pushed(), std::memory_order_relaxed);
    ends_.out.passed.store(pushed(), std::memory_order_relaxed);
    return count;
  }

  /// In this order, so that those who wake up don't find the lock held.
  template <class Lock>
  static void release_and_wake(std::unique_lock<Lock>& guard, typename WaitList<P>::Picked picked) noexcept {
    guard.unlock();
    picked.wake();
  }

  typename P::template Atomic<bool> is_shut_down_{false};
  typename P::template Atomic<std::size_t> capacity_;
  mutable Ends ends_;

 private:
  bool has_room(std::size_t size) const noexcept {
    const std::size_t bound = capacity();
    return bound == 0 || size < bound;
  }
  static std::size_t size_between(std::uint64_t popped, std::uint64_t pushed) noexcept {
    return popped < pushed ? pushed - popped : 0;
  }

  /// Hints, of what this end learned when it last asked the other.
  bool known_room_is_used_up() const noexcept {
    // Relaxed, here and below: no more than a hint.
    const std::uint64_t pushed = ends_.in.passed.load(std::memory_order_relaxed);
    return !has_room(size_between(ends_.in.passed_other.load(std::memory_order_relaxed), pushed));
  }
  bool known_items_are_used_up() const noexcept {
    return ends_.out.passed.load(std::memory_order_relaxed) ==
           ends_.out.passed_other.load(std::memory_order_relaxed);
  }

  /// Before the other end is asked for what count() tells. Where it has nothing, waits a little; where it has
  /// less than is worth the asking, until there is more, if that has lately helped.
  template <class Count>
  void await_several(QueueEnd<P>& end, Deadline deadline, Count count) {
    const std::size_t bound = capacity();
    const std::size_t enough = bound == 0 ? several : std::min(several, (bound + 1) / 2);
    const std::size_t now = count();
    if (now == 0) {
      if (!deadline.has_passed()) spin_for_several<P>(count, enough);
    } else if (now < enough) {
      end.growth.await(now, [&] { return spin_while_it_grows<P>(count, enough, patience_for_several); });
    }
  }

  /// Hints for those who wait awake.
  std::size_t room() const noexcept {
    const std::size_t bound = capacity();
    if (bound == 0 || is_shut_down()) return all;
    return bound - std::min(bound, size());
  }
  std::size_t poppable() const noexcept { return is_shut_down() ? all : size(); }

  /// With in_lock held.
  bool may_push() {
    if (is_shut_down()) throw QueueShutDown("Queue::push: the queue has been shut down");
    // Relaxed: the number alone, nothing of what was popped.
    if (!has_room(pushed() - ends_.in.passed_other.load(std::memory_order_relaxed))) {
      ends_.in.passed_other.store(ends_.out.passed.load(std::memory_order_relaxed),
                                  std::memory_order_relaxed);
    }
    return has_room(pushed() - ends_.in.passed_other.load(std::memory_order_relaxed));
  }

  template <class U>
  [[gnu::noinline]] bool push_awaited(U&& item, Deadline deadline) {
    BothEnds both(ends_);
    if (!ends_.out.waiters.await(both, deadline, [this] { return may_push(); })) return false;
    // The room that this thread was woken for is for another one, if it can't use it.
    ScopeGuard pass_on([&] { release_and_wake(both, ends_.out.waiters.pick(1)); });
    add(both, std::forward<U>(item));
    pass_on.dismiss();
    return true;
  }

  template <class Lock, class U>
  void add(std::unique_lock<Lock>& guard, U&& item) {
    ends_.back.add(as_item<value_type>(std::forward<U>(item)));
    // Relaxed: a hint to those who have no lock.
    ends_.in.passed.store(pushed() + 1, std::memory_order_relaxed);
    release_and_wake(guard, ends_.in.waiters.pick(1));
  }

  /// Locks the front if there is an item.
  bool find_item(Guard& front, Deadline deadline) {
    if (known_items_are_used_up()) await_several(ends_.out, deadline, [this] { return poppable(); });
    lock_politely<P>(front);
    if (!ends_.refill()) front.unlock();
    return front.owns_lock();
  }

  /// Removes the item only after the result has been made of it. The result is the caller's own object (both
  /// supported compilers elide the copy), so that no further move, which might throw, follows the removal.
  template <class Result, class Lock, class Undo>
  Result take(std::unique_lock<Lock>& guard, Undo undo) {
    ScopeGuard on_failure(undo);
    const auto plan = ends_.front.plan_removal();
    Result result(std::move(ends_.front.next()));
    on_failure.dismiss();
    ends_.front.remove(plan);
    // Relaxed: as in add().
    ends_.out.passed.store(ends_.out.passed.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    release_and_wake(guard, ends_.out.waiters.pick(1));
    return result;
  }

  static void do_nothing() noexcept {}
};

}  // namespace contend::internal
