#pragma once

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "primitives/internal/task.h"

namespace contend::internal {

/// Tasks, first in, first out, for one thread at a time, but for looks_empty(). Keeps the memory of its longest time up
/// to a limit, since that of tasks which come and go in other threads is dear to allocate.
class TaskList {
 public:
  bool empty() const { return first_ == tasks_.size(); }
  std::size_t size() const { return tasks_.size() - first_; }

  /// A hint, for any thread.
  // Relaxed: who acts on it takes the list's lock, and looks again.
  bool looks_empty() const { return looks_empty_.load(std::memory_order_relaxed); }

  void push(Task&& task) {
    tasks_.push_back(std::move(task));
    if (size() == 1) hint();
  }

  Task pop() {
    Task task = std::move(tasks_[first_++]);
    if (empty()) clear();
    return task;
  }

  /// Takes back the last `count` that were pushed.
  void drop(std::size_t count) {
    tasks_.erase(tasks_.end() - static_cast<std::ptrdiff_t>(count), tasks_.end());
    hint();
  }

  void swap(TaskList& other) {
    tasks_.swap(other.tasks_);
    std::swap(first_, other.first_);
    hint();
    other.hint();
  }

 private:
  static constexpr std::size_t most_kept = std::size_t{1} << 16;

  void clear() {
    tasks_.clear();
    if (tasks_.capacity() > most_kept) std::vector<Task>().swap(tasks_);
    first_ = 0;
    hint();
  }

  // Relaxed: see looks_empty().
  void hint() { looks_empty_.store(empty(), std::memory_order_relaxed); }

  std::vector<Task> tasks_;
  std::size_t first_ = 0;  // those before it have been popped
  std::atomic<bool> looks_empty_{true};
};

}  // namespace contend::internal
