#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>

// What the suite drives. A subject, ours or a peer's, models one of these; workloads are written against them
// and never against an implementation.
namespace contend {

/// The standard's Lockable: lock() returns holding, try_lock() never waits, unlock() releases.
template <class L>
concept Lockable = requires(L& lock) {
  lock.lock();
  { lock.try_lock() } -> std::convertible_to<bool>;
  lock.unlock();
};

/// The standard's TimedLockable. A negative duration is a poll; duration::max() waits for ever.
template <class L>
concept TimedLockable = Lockable<L> &&
    requires(L& lock, std::chrono::nanoseconds timeout, std::chrono::steady_clock::time_point deadline) {
  { lock.try_lock_for(timeout) } -> std::convertible_to<bool>;
  { lock.try_lock_until(deadline) } -> std::convertible_to<bool>;
};

/// The standard's shared half of SharedMutex: any number hold it shared, or one holds it exclusively.
template <class L>
concept SharedLockable = Lockable<L> && requires(L& lock) {
  lock.lock_shared();
  { lock.try_lock_shared() } -> std::convertible_to<bool>;
  lock.unlock_shared();
};

/// The standard's SharedTimedMutex. Durations as in TimedLockable.
template <class L>
concept SharedTimedLockable = SharedLockable<L> && TimedLockable<L> &&
    requires(L& lock, std::chrono::nanoseconds timeout, std::chrono::steady_clock::time_point deadline) {
  { lock.try_lock_shared_for(timeout) } -> std::convertible_to<bool>;
  { lock.try_lock_shared_until(deadline) } -> std::convertible_to<bool>;
};

namespace internal {
template <class Subject>
struct HandleOf {
  using Type = Subject&;
};
template <class Subject>
requires requires { typename Subject::Handle; }
struct HandleOf<Subject> {
  using Type = typename Subject::Handle;
};
}  // namespace internal

/// What one worker works through: the subject itself, or its Subject::Handle, built from the subject and
/// owned by that worker, where the algorithm keeps something per worker (a queue lock's node, a producer's
/// token).
template <class Subject>
using Handle = typename internal::HandleOf<Subject>::Type;

/// A bounded first-in-first-out queue. try_push leaves the value alone where the queue is full; try_pop
/// returns an empty optional where it is empty.
template <class Q>
concept FifoQueue = requires(Q& queue, typename Q::value_type value) {
  { queue.try_push(std::move(value)) } -> std::convertible_to<bool>;
  { queue.try_pop() } -> std::same_as<std::optional<typename Q::value_type>>;
};

/// A queue whose push waits for room and whose pop waits for an item, without burning a CPU meanwhile. Both
/// tell of a closed queue: push by false, pop by an empty optional once nothing is left.
template <class Q>
concept BlockingQueue = FifoQueue<Q> && requires(Q& queue, typename Q::value_type value) {
  { queue.push(std::move(value)) } -> std::convertible_to<bool>;
  { queue.pop() } -> std::same_as<std::optional<typename Q::value_type>>;
};

/// Permits: acquire() takes one and waits where there is none, release() gives one back.
template <class S>
concept CountingSemaphore = std::constructible_from<S, std::ptrdiff_t> && requires(S& semaphore) {
  semaphore.acquire();
  { semaphore.try_acquire() } -> std::convertible_to<bool>;
  semaphore.release();
};

/// A flag that many may wait for. A subject that is good for one use only starts anew in clear(), which is
/// called while nobody else uses it.
template <class F>
concept WaitableFlag = std::default_initializable<F> && requires(F& flag) {
  flag.set();
  flag.wait();
  { flag.is_set() } -> std::convertible_to<bool>;
  flag.clear();
};

/// A lock, and waiting with the lock given up until what it guards has changed. Notifications may be made
/// while it is held; `notifies_unlocked` says whether they are best made after the unlock.
template <class M>
concept Monitor = std::default_initializable<M> && requires(M& monitor, bool (*predicate)()) {
  monitor.lock();
  monitor.unlock();
  monitor.await(predicate);
  monitor.notify_one();
  monitor.notify_all();
  { M::notifies_unlocked } -> std::convertible_to<bool>;
};

/// A point that a fixed number of threads pass together, again and again. Each worker waits by its Handle.
template <class B>
concept CyclicBarrier = std::constructible_from<B, std::ptrdiff_t> && requires(Handle<B> handle) {
  handle.wait();
};

/// Runs what it is given at the first call, and never again.
template <class O>
concept OneTimeCall = std::default_initializable<O> && requires(O& once, void (*function)()) {
  once.call(function);
};

/// A number of the calling thread's own, zero at first.
template <class L>
concept PerThreadNumber = std::default_initializable<L> && requires(L& local) {
  { local.get() } -> std::same_as<std::uint64_t&>;
};

/// A timer. fire_after() waits until it has fired, and returns the time at which it did, in nanoseconds of
/// the steady clock.
template <class T>
concept OneShotTimer = std::default_initializable<T> &&
    requires(T& timer, std::chrono::nanoseconds interval) {
  { timer.fire_after(interval) } -> std::same_as<std::uint64_t>;
};

/// A timer that can be armed and called off, which is what becomes of most time-outs.
template <class T>
concept CancellableTimer = OneShotTimer<T> && requires(T& timer, std::chrono::nanoseconds interval) {
  timer.arm(interval);
  timer.disarm();
};

/// A future and its promise, and a value handed over, once, from one to the other.
template <class F>
concept FuturePair = std::default_initializable<F> && requires(F& pair, std::uint64_t value) {
  { pair.hand_over(value) } -> std::same_as<std::uint64_t>;
};

/// A thread that runs the function it is built from, at once. The destructor waits for its end, too.
template <class T>
concept RunningThread = std::constructible_from<T, void (*)()> && requires(T& thread) {
  thread.join();
};

/// One item of a batch: the same id gives the same result wherever it is computed.
using ItemFunction = std::function<std::uint64_t(std::uint64_t id)>;

/// Runs a batch of independent items. Built with the function and the number of workers, so that worker
/// processes may be forked once, before the first batch. run() returns when results[i] == function(ids[i])
/// for every i; an item that could not be computed is an exception, never a missing result.
template <class E>
concept Executor = std::constructible_from<E, ItemFunction, unsigned> &&
    requires(E& executor, std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
  executor.run(ids, results);
};

}  // namespace contend
