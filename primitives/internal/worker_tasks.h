#pragma once

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

  /// For the owner, for whose tasks there is room: the oldest `count` of another list.
  void push_from(TaskList& other, std::size_t count) noexcept {
    const std::scoped_lock guard(lock_);
    for (; count > 0; --count) tasks_.push(other.pop_oldest());
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

  /// As TaskList::looks_empty().
  bool looks_empty() const { return tasks_.looks_empty(); }

 private:
  Lock lock_;
  TaskList tasks_;
};

}  // namespace contend::internal
