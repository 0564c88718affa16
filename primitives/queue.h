#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/queue_core.h"
#include "primitives/internal/queue_ends.h"
#include "primitives/internal/queue_stores.h"
#include "primitives/internal/task_count.h"
#include "primitives/internal/wait_list.h"
#include "primitives/lock.h"
#include "primitives/queue_shut_down.h"

namespace contend {

/// Hands items from any number of threads to any number of threads, and counts the work that they stand for.
///
/// For work that is handed around as a whole: any movable type, bounded or not, waits without using the CPU,
/// tells when all of it is done, and can be shut down. Not for millions of messages a second between two
/// threads (SpscRing, MpmcRing), nor between processes.
///
/// Guarantees: linearizable; what was done before a push is visible after the pop of that item. Waiters are
/// woken in order of arrival, and only as many as there is something for; a thread that did not have to wait
/// may overtake one that is still waking up. An exception out of an item's move or comparison reaches the
/// caller and leaves every item in its place. Who has popped the last item, joined, or been woken may destroy
/// the queue at once.
/// Errors: QueueShutDown; std::logic_error from task_done(). A try or timed form that failed has left the
/// caller's item alone.
/// Cost: one lock and one unlock, and an allocation now and then, as the container grows; a Queue keeps up to
/// 32 emptied chunks of about 1 KiB, or of 8 items. A Queue has a lock for each end, and those who pop take
/// both only once for all the items that have come in since. task_done() is one compare-and-swap, and where
/// somebody joins a lock. A system call only where somebody sleeps on the other side. A blocking form spins
/// briefly before it sleeps. A try form that finds the queue empty, or full, costs a load or two and disturbs
/// nobody. Any form that finds few items, or little room, may pause up to 127 times while more is coming, if
/// that has lately helped.
/// Source: the two locks of Michael and Scott 1996, with a store for each in place of the linked list.
template <class Ends, class P = internal::ThreadPlatform>
class BasicQueue : public internal::QueueCore<Ends, P> {
  using Core = internal::QueueCore<Ends, P>;
  using typename Core::BothEnds;
  using typename Core::Guard;

 public:
  using typename Core::value_type;

  /// Capacity 0: no bound. The store is given where it has something to say, as the comparison of a
  /// PriorityQueue does.
  explicit BasicQueue(std::size_t capacity = 0, typename Ends::Store store = {})
      : Core(capacity, std::move(store)) {}

  /// Waits for room.
  template <std::convertible_to<value_type> U = value_type>
  void push(U&& item) {
    push_within(std::forward<U>(item), internal::Deadline::never());
  }

  /// False: full.
  template <std::convertible_to<value_type> U = value_type>
  bool try_push(U&& item) {
    return !must_wait_to_push() && push_within(std::forward<U>(item), this->poll());
  }

  /// Waits for at most `timeout`; zero or less is one attempt. False: full all the time.
  template <std::convertible_to<value_type> U = value_type, class Rep, class Period>
  bool try_push_for(U&& item, const std::chrono::duration<Rep, Period>& timeout) {
    return push_within(std::forward<U>(item), internal::Deadline::after(timeout));
  }

  template <std::convertible_to<value_type> U = value_type, class Clock, class Duration>
  bool try_push_until(U&& item, const std::chrono::time_point<Clock, Duration>& when) {
    return internal::retry_until(
        when, [&](internal::Deadline deadline) { return push_within(std::forward<U>(item), deadline); });
  }

  /// Waits for an item.
  value_type pop() { return this->pop_when_there_is_one(); }

  /// Empty: there was no item.
  std::optional<value_type> try_pop() {
    if (must_wait_to_pop()) return std::nullopt;
    return pop_within(this->poll());
  }

  /// Waits for at most `timeout`; zero or less is one attempt. Empty: no item came.
  template <class Rep, class Period>
  std::optional<value_type> try_pop_for(const std::chrono::duration<Rep, Period>& timeout) {
    return pop_within(internal::Deadline::after(timeout));
  }

  template <class Clock, class Duration>
  std::optional<value_type> try_pop_until(const std::chrono::time_point<Clock, Duration>& when) {
    BothEnds both(ends_);
    const auto await = [&](internal::Deadline deadline) { return this->await_item(both, deadline); };
    if (!internal::retry_until(when, await)) return std::nullopt;
    return this->template take_awaited<std::optional<value_type>>(both);
  }

  /// A popped item's work is done. Once per popped item; std::logic_error where it is once too often.
  void task_done() {
    // Relaxed, here and below: what has been popped had been pushed.
    const std::uint64_t surely_pushed = ends_.out.passed_other.load(std::memory_order_relaxed);
    if (tasks_.try_add(surely_pushed, [this] { return pushed(); })) return;
    Guard guard(ends_.in_lock);
    if (tasks_.add(pushed())) release_and_wake(guard, joiners_.pick_all());
  }

  /// Waits until task_done() has been called for every item that was ever pushed.
  void join() { join_within(internal::Deadline::never()); }

  /// False: there is still unfinished work.
  template <class Rep, class Period>
  bool try_join_for(const std::chrono::duration<Rep, Period>& timeout) {
    return join_within(internal::Deadline::after(timeout));
  }

  template <class Clock, class Duration>
  bool try_join_until(const std::chrono::time_point<Clock, Duration>& when) {
    return internal::retry_until(when, [this](internal::Deadline deadline) { return join_within(deadline); });
  }

  std::size_t unfinished_tasks() const {
    const std::scoped_lock guard(ends_.in_lock);
    return pushed() - tasks_.done();
  }

  /// From now on a push throws QueueShutDown, and so does a pop that finds nothing; those who wait are woken
  /// to find out. `immediate` also drops the items, as if their work were done. May be called again, to go
  /// from `drain` to `immediate`. join() still waits for the work on items that had been popped.
  void shutdown(ShutdownMode mode = ShutdownMode::drain) {
    typename Ends::Items dropped;  // destroyed after everybody has been woken
    BothEnds both(ends_);
    is_shut_down_.store(true);
    const bool all_done =
        mode == ShutdownMode::immediate && tasks_.add_up_to(this->drop_into(dropped), pushed());
    auto done = joiners_.pick(all_done ? all : 0);
    auto poppers = ends_.in.waiters.pick_all();
    release_and_wake(both, ends_.out.waiters.pick_all());
    poppers.wake();
    done.wake();
  }

  /// May be changed at any time. Items in excess of a smaller capacity stay, and pushes wait until there is
  /// room.
  void set_capacity(std::size_t capacity) {
    BothEnds both(ends_);
    // Relaxed: see capacity().
    capacity_.store(capacity, std::memory_order_relaxed);
    const std::size_t room = capacity == 0 ? all : capacity - std::min(capacity, ends_.size());
    release_and_wake(both, ends_.out.waiters.pick(room));
  }

 private:
  using Core::all;
  using Core::capacity_;
  using Core::ends_;
  using Core::is_shut_down_;
  using Core::must_wait_to_pop;
  using Core::must_wait_to_push;
  using Core::pop_within;
  using Core::push_within;
  using Core::pushed;
  using Core::release_and_wake;

  bool join_within(internal::Deadline deadline) {
    BothEnds both(ends_);
    return joiners_.await(both, deadline, [this] { return tasks_.has_finished(pushed()); });
  }

  alignas(internal::cache_line_size) internal::TaskCount<P> tasks_;
  internal::WaitList<P> joiners_;
};

/// First in, first out.
template <class T, class P = internal::ThreadPlatform>
using Queue = BasicQueue<internal::SeparateEnds<internal::FifoStore<T>, P>, P>;

/// Last in, first out.
template <class T, class P = internal::ThreadPlatform>
using LifoQueue = BasicQueue<internal::JointEnds<internal::LifoStore<T>, P>, P>;

/// The item that Compare orders first comes out first: the smallest, if nothing else is said
/// (std::priority_queue is the other way round). Equal items come out in any order.
template <class T, class Compare = std::less<T>, class P = internal::ThreadPlatform>
using PriorityQueue = BasicQueue<internal::JointEnds<internal::HeapStore<T, Compare>, P>, P>;

}  // namespace contend
