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

/// A queue whose push waits for room and whose pop waits for an item, without burning a CPU meanwhile. Both tell of
/// a closed queue: push by false, pop by an empty optional once nothing is left.
template <class Q>
concept BlockingQueue = FifoQueue<Q> && requires(Q& queue, typename Q::value_type value) {
  { queue.push(std::move(value)) } -> std::convertible_to<bool>;
  { queue.pop() } -> std::same_as<std::optional<typename Q::value_type>>;
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
