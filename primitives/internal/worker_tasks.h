#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <utility>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/task.h"
#include "primitives/internal/task_list.h"
#include "primitives/lock.h"

namespace contend::internal {

/// Tasks that wait at one worker of a pool, and which others may take away. The lock is uncontended unless one does, and
/// then costs no more than the fence of a deque without locks. Null, where a task is asked for: there is none.
///
/// Each has a place in the line: the next one after the youngest that is here when it comes. That others are taken away
/// does not change it.
class alignas(2 * cache_line_size) WorkerTasks {
 public:
  WorkerTasks() = default;
  /// With room for so many.
  explicit WorkerTasks(std::size_t room) : tasks_(room) {}

  /// For the owner. False: `closed` is set, and nothing has happened.
  bool push(TaskPtr&& task, const std::atomic<bool>& closed) {
    const std::scoped_lock guard(lock_);
    // Relaxed: who closes locks this afterwards, to take away what is here.
    if (closed.load(std::memory_order_relaxed)) return false;
    tasks_.push(std::move(task));
    ++end_;
    return true;
  }

  /// For the owner: the place that the next one gets.
  std::size_t end() const { return end_; }

  /// For the owner, who has none: the oldest `count` of another list, or fewer where it has no room for them.
  void push_from(TaskList& other, std::size_t count) noexcept {
    const std::scoped_lock guard(lock_);
    move_oldest(other, count);
  }

  /// For the owner.
  TaskPtr take_youngest() {
    if (looks_empty()) return nullptr;
    const std::scoped_lock guard(lock_);
    return tasks_.empty() ? nullptr : pop_youngest();
  }

  /// For the owner: that task, if it is the youngest.
  TaskPtr take(const Task* task) {
    if (looks_empty()) return nullptr;
    const std::scoped_lock guard(lock_);
    return tasks_.empty() || tasks_.youngest() != task ? nullptr : pop_youngest();
  }

  TaskPtr take_oldest() {
    if (looks_empty()) return nullptr;
    const std::scoped_lock guard(lock_);
    return tasks_.empty() ? nullptr : tasks_.pop_oldest();
  }

  /// The oldest, if its place is `place` or a later one, and `is_wanted()`, at a time at which nobody pushes.
  template <class IsWanted>
  TaskPtr take_oldest_since(std::size_t place, IsWanted is_wanted) {
    if (looks_empty()) return nullptr;
    const std::scoped_lock guard(lock_);
    if (tasks_.empty() || end_ - tasks_.size() < place || !is_wanted()) return nullptr;
    return tasks_.pop_oldest();
  }

  /// All of them, to a list that is empty.
  void move_to(TaskList& other) {
    const std::scoped_lock guard(lock_);
    tasks_.move_to(other);
  }

  /// The oldest of `others`, and more of them for later, where there are many, and the owner, who calls this, has none
  /// and room for them. No more either when `closed` is set: who has set it does not look for them here again.
  TaskPtr steal_from(WorkerTasks& others, std::size_t most, const std::atomic<bool>& closed) noexcept {
    if (others.looks_empty()) return nullptr;
    const std::scoped_lock guard(others.lock_);
    if (others.tasks_.empty()) return nullptr;
    TaskPtr first = others.tasks_.pop_oldest();
    const std::size_t share = std::min(others.tasks_.size() / many, most);
    if (share == 0) return first;
    // Only tried: two that steal from each other must not wait for each other.
    const std::unique_lock own(lock_, std::try_to_lock);
    // Relaxed: as in push().
    if (own && tasks_.empty() && !closed.load(std::memory_order_relaxed)) move_oldest(others.tasks_, share);
    return first;
  }

  /// Not a hint: sees every push that found the pool open, once the caller has seen it closed.
  bool is_empty() {
    const std::scoped_lock guard(lock_);
    return tasks_.empty();
  }

  /// As TaskList::looks_empty().
  bool looks_empty() const { return tasks_.looks_empty(); }

 private:
  /// More than programs that divide and conquer have, of whose oldest tasks each is worth a theft.
  static constexpr std::size_t many = 16;

  TaskPtr pop_youngest() {
    --end_;
    return tasks_.pop_youngest();
  }

  void move_oldest(TaskList& from, std::size_t count) noexcept {
    for (std::size_t left = std::min(count, tasks_.room()); left > 0; --left) {
      TaskPtr task = from.pop_oldest();
      // It comes from another CPU, and is wanted soon.
      const auto* const memory = reinterpret_cast<const std::byte*>(task.get());
      __builtin_prefetch(memory, 1);
      __builtin_prefetch(memory + cache_line_size, 1);
      tasks_.push(std::move(task));
      ++end_;
    }
  }

  Lock lock_;
  std::size_t end_ = 0;  // of the owner, who changes it with the lock
  TaskList tasks_;
};

}  // namespace contend::internal
