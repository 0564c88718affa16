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
    return true;
  }

  /// For the owner, who has none: the oldest `count` of another list.
  void push_from(TaskList& other, std::size_t count) noexcept {
    const std::scoped_lock guard(lock_);
    move_oldest(other, count);
  }

  TaskPtr take_youngest() {
    if (looks_empty()) return nullptr;
    const std::scoped_lock guard(lock_);
    return tasks_.empty() ? nullptr : tasks_.pop_youngest();
  }

  /// For the owner: that task, if it is the youngest.
  TaskPtr take(const Task* task) {
    if (looks_empty()) return nullptr;
    const std::scoped_lock guard(lock_);
    return tasks_.empty() || tasks_.youngest() != task ? nullptr : tasks_.pop_youngest();
  }

  TaskPtr take_oldest() {
    if (looks_empty()) return nullptr;
    const std::scoped_lock guard(lock_);
    return tasks_.empty() ? nullptr : tasks_.pop_oldest();
  }

  /// For the owner, who has none: the oldest of `others`, and more of them for later, where there are many.
  TaskPtr steal_from(WorkerTasks& others, std::size_t most) noexcept {
    if (others.looks_empty()) return nullptr;
    const std::scoped_lock guard(others.lock_);
    if (others.tasks_.empty()) return nullptr;
    TaskPtr first = others.tasks_.pop_oldest();
    const std::size_t share = std::min(others.tasks_.size() / many, most);
    if (share == 0) return first;
    // Only tried: two that steal from each other must not wait for each other.
    const std::unique_lock own(lock_, std::try_to_lock);
    if (own) move_oldest(others.tasks_, share);
    return first;
  }

  /// As TaskList::looks_empty().
  bool looks_empty() const { return tasks_.looks_empty(); }

 private:
  /// More than programs that divide and conquer have, of whose oldest tasks each is worth a theft.
  static constexpr std::size_t many = 16;

  void move_oldest(TaskList& from, std::size_t count) {
    for (; count > 0; --count) {
      TaskPtr task = from.pop_oldest();
      // It comes from another CPU, and is wanted soon.
      const auto* const memory = reinterpret_cast<const std::byte*>(task.get());
      __builtin_prefetch(memory, 1);
      __builtin_prefetch(memory + cache_line_size, 1);
      tasks_.push(std::move(task));
    }
  }

  Lock lock_;
  TaskList tasks_;
};

}  // namespace contend::internal
