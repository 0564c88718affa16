#pragma once

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/task.h"

namespace contend::internal {

/// Tasks in the order in which they came, for one thread at a time, but for looks_empty(). Keeps the memory of its
/// longest time up to a limit, since that of tasks which come and go in other threads is dear to allocate.
class TaskList {
 public:
  TaskList() = default;
  /// With room for so many.
  explicit TaskList(std::size_t room) { tasks_.reserve(room); }

  bool empty() const { return first_ == tasks_.size(); }
  std::size_t size() const { return tasks_.size() - first_; }
  /// For so many more push() does not allocate, and so does not throw.
  std::size_t room() const { return tasks_.capacity() - tasks_.size(); }

  /// For any thread. Sequentially consistent, as the push that makes it false: of a thread that pushes and
  /// then reads something, and one that writes that and then looks here, one sees the other.
  bool looks_empty() const { return looks_empty_.load(); }

  /// If it throws, nothing has happened.
  void push(TaskPtr&& task) {
    if (tasks_.size() == tasks_.capacity() && first_ >= size()) close_gaps();
    tasks_.push_back(std::move(task));
    if (size() == 1) looks_empty_.store(false);
  }

  const Task* youngest() const { return tasks_.back().get(); }

  TaskPtr pop_youngest() {
    TaskPtr task = std::move(tasks_.back());
    tasks_.pop_back();
    if (empty()) clear();
    return task;
  }

  TaskPtr pop_oldest() {
    TaskPtr task = std::move(tasks_[first_++]);
    if (empty()) clear();
    return task;
  }

  /// Takes back the last `count` that were pushed.
  void drop(std::size_t count) {
    tasks_.erase(tasks_.end() - static_cast<std::ptrdiff_t>(count), tasks_.end());
    if (empty()) clear();
  }

  /// `other` must be empty.
  void move_to(TaskList& other) {
    tasks_.swap(other.tasks_);
    std::swap(first_, other.first_);
    if (!other.empty()) other.looks_empty_.store(false);
    looks_empty_.store(true);
  }

 private:
  static constexpr std::size_t most_kept = std::size_t{1} << 17;

  void close_gaps() {
    tasks_.erase(tasks_.begin(), tasks_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }

  void clear() {
    tasks_.clear();
    if (tasks_.capacity() > most_kept) std::vector<TaskPtr>().swap(tasks_);
    first_ = 0;
    looks_empty_.store(true);
  }

  std::vector<TaskPtr> tasks_;
  std::size_t first_ = 0;  // those before it have been popped
  // Apart from the rest, because those who have nothing to do keep looking at it.
  alignas(cache_line_size) std::atomic<bool> looks_empty_{true};
};

}  // namespace contend::internal
