#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/lock_politely.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/queue_stores.h"
#include "primitives/internal/spin_until.h"
#include "primitives/internal/wait_list.h"
#include "primitives/lock.h"
#include "primitives/queue_shut_down.h"
#include "primitives/scope_guard.h"

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
/// caller and leaves every item in its place. Woken threads may destroy the queue at once.
/// Errors: QueueShutDown; std::logic_error from task_done(). A try or timed form that failed has left the
/// caller's item alone.
/// Cost: one lock and one unlock, and an allocation now and then, as the container grows. A system call only
/// where somebody sleeps on the other side. A blocking form spins briefly before it sleeps. A try form that
/// finds the queue empty, or full, costs a load or two and disturbs nobody.
template <class Store, class P = internal::ThreadPlatform>
class BasicQueue {
 public:
  using value_type = typename Store::value_type;

  /// Capacity 0: no bound. The store is given where it has something to say, as the comparison of a
  /// PriorityQueue does.
  explicit BasicQueue(std::size_t capacity = 0, Store store = Store())
      : capacity_(capacity), store_(std::move(store)) {}
  BasicQueue(const BasicQueue&) = delete;
  BasicQueue& operator=(const BasicQueue&) = delete;

  /// Waits for room.
  template <std::convertible_to<value_type> U = value_type>
  void push(U&& item) {
    push_within(std::forward<U>(item), internal::Deadline::never());
  }

  /// False: full.
  template <std::convertible_to<value_type> U = value_type>
  bool try_push(U&& item) {
    return !must_wait_to_push() && push_within(std::forward<U>(item), poll());
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
  value_type pop() {
    std::unique_lock guard(lock_, std::defer_lock);
    await_item(guard, internal::Deadline::never());
    return take<value_type>(guard);
  }

  /// Empty: there was no item.
  std::optional<value_type> try_pop() {
    if (must_wait_to_pop()) return std::nullopt;
    return pop_within(poll());
  }

  /// Waits for at most `timeout`; zero or less is one attempt. Empty: no item came.
  template <class Rep, class Period>
  std::optional<value_type> try_pop_for(const std::chrono::duration<Rep, Period>& timeout) {
    return pop_within(internal::Deadline::after(timeout));
  }

  template <class Clock, class Duration>
  std::optional<value_type> try_pop_until(const std::chrono::time_point<Clock, Duration>& when) {
    std::unique_lock guard(lock_, std::defer_lock);
    const bool found = internal::retry_until(when, [&](internal::Deadline deadline) {
      if (guard.owns_lock()) guard.unlock();
      return await_item(guard, deadline);
    });
    if (!found) return std::nullopt;
    return take<std::optional<value_type>>(guard);
  }

  /// A popped item's work is done. Once per popped item; std::logic_error where it is once too often.
  void task_done() {
    std::unique_lock guard(lock_);
    if (unfinished_ == 0) {
      throw std::logic_error("Queue::task_done: no task is unfinished; call it once per popped item");
    }
    if (--unfinished_ == 0) release_and_wake(guard, joiners_.pick_all());
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
    const std::scoped_lock guard(lock_);
    return unfinished_;
  }

  /// From now on a push throws QueueShutDown, and so does a pop that finds nothing; those who wait are woken
  /// to find out. `immediate` also drops the items, as if their work were done. May be called again, to go
  /// from `drain` to `immediate`. join() still waits for the work on items that had been popped.
  void shutdown(ShutdownMode mode = ShutdownMode::drain) {
    using Items = decltype(store_.take_all());
    std::optional<Items> dropped;  // destroyed after everybody has been woken
    std::unique_lock guard(lock_);
    is_shut_down_.store(true);
    if (mode == ShutdownMode::immediate) {
      dropped.emplace(store_.take_all());
      unfinished_ -= std::min(unfinished_, dropped->size());
      publish_size();
    }
    auto done = joiners_.pick(unfinished_ == 0 ? all : 0);
    auto poppers = poppers_.pick_all();
    release_and_wake(guard, pushers_.pick_all());
    poppers.wake();
    done.wake();
  }

  bool is_shut_down() const noexcept { return is_shut_down_.load(); }

  /// A hint, as are empty() and full(): by the time the caller looks at it, it may have changed.
  std::size_t size() const noexcept {
    // Relaxed: says nothing about the items, which are read under the lock.
    return size_.load(std::memory_order_relaxed);
  }
  bool empty() const noexcept { return size() == 0; }
  bool full() const noexcept { return !has_room(size()); }

  /// 0: no bound.
  std::size_t capacity() const noexcept {
    // Relaxed: orders nothing; whoever adds an item reads it under the lock.
    return capacity_.load(std::memory_order_relaxed);
  }

  /// May be changed at any time. Items in excess of a smaller capacity stay, and pushes wait until there is
  /// room.
  void set_capacity(std::size_t capacity) {
    std::unique_lock guard(lock_);
    // Relaxed: see capacity().
    capacity_.store(capacity, std::memory_order_relaxed);
    const std::size_t room = capacity == 0 ? all : capacity - std::min(capacity, store_.size());
    release_and_wake(guard, pushers_.pick(room));
  }

 private:
  using Guard = std::unique_lock<BasicLock<P>>;
  using Waiters = internal::WaitList<P>;

  static constexpr std::size_t all = static_cast<std::size_t>(-1);

  static internal::Deadline poll() {
    return internal::Deadline::at(internal::Deadline::Clock::time_point::min());
  }

  bool has_room(std::size_t size) const noexcept {
    const std::size_t bound = capacity();
    return bound == 0 || size < bound;
  }
  bool must_wait_to_push() const noexcept { return full() && !is_shut_down(); }
  bool must_wait_to_pop() const noexcept { return empty() && !is_shut_down(); }

  template <class U>
  bool push_within(U&& item, internal::Deadline deadline) {
    const auto ready = [this] {
      if (is_shut_down()) throw QueueShutDown("Queue::push: the queue has been shut down");
      return has_room(store_.size());
    };
    Guard guard(lock_, std::defer_lock);
    if (!await(guard, pushers_, deadline, ready, [this] { return must_wait_to_push(); })) return false;
    // The room that this thread was woken for is for another one, if it can't use it.
    ScopeGuard pass_on([&] { release_and_wake(guard, pushers_.pick(1)); });
    store_.add(internal::as_item<value_type>(std::forward<U>(item)));
    pass_on.dismiss();
    ++unfinished_;
    publish_size();
    release_and_wake(guard, poppers_.pick(1));
    return true;
  }

  std::optional<value_type> pop_within(internal::Deadline deadline) {
    Guard guard(lock_, std::defer_lock);
    if (!await_item(guard, deadline)) return std::nullopt;
    return take<std::optional<value_type>>(guard);
  }

  bool await_item(Guard& guard, internal::Deadline deadline) {
    const auto ready = [this] {
      if (store_.size() > 0) return true;
      if (is_shut_down()) throw QueueShutDown("Queue::pop: the queue has been shut down and is empty");
      return false;
    };
    return await(guard, poppers_, deadline, ready, [this] { return must_wait_to_pop(); });
  }

  /// Removes the item only after the result has been made of it. The result is the caller's own object (both
  /// supported compilers elide the copy), so that no further move, which might throw, follows the removal.
  template <class Result>
  Result take(Guard& guard) {
    // The item that this thread was woken for is for another one, if it can't be moved.
    ScopeGuard pass_on([&] { release_and_wake(guard, poppers_.pick(1)); });
    const auto plan = store_.plan_removal();
    Result result(std::move(store_.next()));
    pass_on.dismiss();
    store_.remove(plan);
    publish_size();
    release_and_wake(guard, pushers_.pick(1));
    return result;
  }

  bool join_within(internal::Deadline deadline) {
    Guard guard(lock_, std::defer_lock);
    const auto ready = [this] { return unfinished_ == 0; };
    return await(guard, joiners_, deadline, ready, [] { return false; });
  }

  /// Returns with the lock held. Spins at first where must_wait() says, without the lock, that there is no
  /// point in taking it.
  template <class Ready, class MustWait>
  bool await(Guard& guard, Waiters& waiters, internal::Deadline deadline, Ready ready, MustWait must_wait) {
    if (must_wait() && !deadline.has_passed()) {
      internal::spin_until<P>([&] { return !must_wait(); }, spins);
    }
    internal::lock_politely<P>(guard);
    return waiters.await(guard, deadline, ready);
  }

  /// In this order, so that those who wake up don't find the lock held.
  static void release_and_wake(Guard& guard, typename Waiters::Picked picked) noexcept {
    guard.unlock();
    picked.wake();
  }

  void publish_size() noexcept {
    // Relaxed: see size().
    size_.store(store_.size(), std::memory_order_relaxed);
  }

  static constexpr int spins = 100;

  mutable BasicLock<P> lock_;
  typename P::template Atomic<bool> is_shut_down_{false};
  typename P::template Atomic<std::size_t> capacity_;
  typename P::template Atomic<std::size_t> size_{0};
  std::size_t unfinished_ = 0;
  Store store_;
  Waiters poppers_;
  Waiters pushers_;
  Waiters joiners_;
};

/// First in, first out.
template <class T, class P = internal::ThreadPlatform>
using Queue = BasicQueue<internal::FifoStore<T>, P>;

/// Last in, first out.
template <class T, class P = internal::ThreadPlatform>
using LifoQueue = BasicQueue<internal::LifoStore<T>, P>;

/// The item that Compare orders first comes out first: the smallest, if nothing else is said
/// (std::priority_queue is the other way round). Equal items come out in any order.
template <class T, class Compare = std::less<T>, class P = internal::ThreadPlatform>
using PriorityQueue = BasicQueue<internal::HeapStore<T, Compare>, P>;

}  // namespace contend
