#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/queue_forms.h"
#include "primitives/internal/ring_storage.h"
#include "primitives/queue_shut_down.h"

namespace contend {

/// The textbook bounded queue: one std::mutex, two std::condition_variable, one std::deque. The plain
/// baseline for the rings, and the better choice where items are rare, or where T's move may throw. Not for
/// processes.
///
/// - push, pop and their timed forms are in internal::QueueForms. Every call is anybody's. No call may be
///   in progress when the queue is destroyed.
/// - Linearizable, first in first out, exact capacity; close() as for the rings. An exception from T or
///   from allocation leaves the queue as it was before that item.
/// - Cost: a lock and an unlock per call, one system call to wake a sleeper, a block of memory every 512
///   bytes.
template <class T>
class MutexQueue : public internal::QueueForms<MutexQueue<T>, T> {
  using Forms = internal::QueueForms<MutexQueue<T>, T>;
  friend Forms;

 public:
  /// Throws std::invalid_argument for capacity 0.
  explicit MutexQueue(std::size_t capacity) : capacity_(capacity) {
    if (capacity == 0) throw std::invalid_argument("queue capacity must be at least 1");
  }

  std::size_t capacity() const noexcept { return capacity_; }

  using Forms::try_push;
  bool try_push(T&& value) { return push_until(value, poll); }
  std::optional<T> try_pop() { return pop_until(poll); }

  /// Moves the first values in, as many as there is room for, and returns how many; the rest is left alone.
  std::size_t try_push_n(std::span<T> values) {
    const std::scoped_lock lock(mutex_);
    std::size_t count = 0;
    for (; count < values.size() && !closed_ && has_room(); ++count) {
      items_.push_back(std::move(values[count]));
      not_empty_.notify_one();
    }
    return count;
  }

  /// Writes up to `most` items to `out` and returns how many.
  template <internal::RingSink<T> Out>
  std::size_t try_pop_n(Out out, std::size_t most) {
    const std::scoped_lock lock(mutex_);
    std::size_t count = 0;
    for (; count < most && !items_.empty(); ++count, ++out) {
      *out = std::move(items_.front());
      items_.pop_front();
      not_full_.notify_one();
    }
    return count;
  }

  void close(ShutdownMode mode = ShutdownMode::drain) {
    std::deque<T> dropped;
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
      if (mode == ShutdownMode::immediate) dropped.swap(items_);
    }
    not_empty_.notify_all();
    not_full_.notify_all();
  }

  bool is_closed() const {
    const std::scoped_lock lock(mutex_);
    return closed_;
  }

  /// Closed, and nothing will ever be popped again.
  bool is_drained() const {
    const std::scoped_lock lock(mutex_);
    return closed_ && items_.empty();
  }

 private:
  using Wait = std::optional<internal::Deadline>;
  static constexpr Wait poll = std::nullopt;

  bool has_room() const { return items_.size() < capacity_; }

  bool push_until(T& value, Wait wait) {
    {
      std::unique_lock lock(mutex_);
      await(not_full_, lock, wait, [&] { return closed_ || has_room(); });
      if (closed_ || !has_room()) return false;
      items_.push_back(std::move(value));
    }
    not_empty_.notify_one();
    return true;
  }

  std::optional<T> pop_until(Wait wait) {
    std::unique_lock lock(mutex_);
    await(not_empty_, lock, wait, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    lock.unlock();
    not_full_.notify_one();
    return item;
  }

  template <class Ready>
  static void await(std::condition_variable& changed, std::unique_lock<std::mutex>& lock, Wait wait,
                    Ready ready) {
    if (!wait) return;
    if (wait->is_never()) {
      changed.wait(lock, ready);
    } else {
      changed.wait_until(lock, wait->when(), ready);
    }
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace contend
