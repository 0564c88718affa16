#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/task.h"
#include "primitives/lock.h"

namespace contend::internal {

/// The tasks that one worker of a pool has submitted itself. It takes the youngest, whose data it has at
/// hand; others take the oldest, which in programs that divide and conquer is the largest. The lock is
/// uncontended unless one is taken away, and then costs no more than the fence of a deque without locks.
/// Source: the order is that of R. Blumofe and C. Leiserson, "Scheduling Multithreaded Computations by Work
/// Stealing" (1999).
class alignas(2 * cache_line_size) SpawnedTasks {
 public:
  /// For the owner. `future` is the task's. False: `closed` is set, and nothing has happened.
  bool push(Task&& task, const void* future, const std::atomic<bool>& closed) {
    const std::scoped_lock guard(lock_);
    // Relaxed: who closes locks this afterwards, to take away what is here.
    if (closed.load(std::memory_order_relaxed)) return false;
    tasks_.push_back({std::move(task), future});
    if (size() == 1) hint();
    return true;
  }

  std::optional<Task> take_youngest() {
    return take_youngest_if([](const void*) { return true; });
  }

  /// For the owner: the task of that future, if it is the youngest.
  std::optional<Task> take(const void* future) {
    return take_youngest_if([future](const void* youngest) { return youngest == future; });
  }

  std::optional<Task> take_oldest() {
    if (looks_empty()) return std::nullopt;
    const std::scoped_lock guard(lock_);
    if (size() == 0) return std::nullopt;
    std::optional<Task> task = std::move(tasks_[first_++].task);
    if (size() == 0 || (first_ >= few_gaps && first_ >= size())) close_gaps();
    return task;
  }

  /// For any thread. Sequentially consistent, as the push that makes it false: of a thread that pushes and
  /// then reads something, and one that writes that and then looks here, one sees the other.
  bool looks_empty() const { return looks_empty_.load(); }

 private:
  static constexpr std::size_t few_gaps = 1024;

  struct Spawned {
    Task task;
    const void* future;
  };

  template <class Predicate>
  std::optional<Task> take_youngest_if(Predicate wanted) {
    if (looks_empty()) return std::nullopt;
    const std::scoped_lock guard(lock_);
    if (size() == 0 || !wanted(tasks_.back().future)) return std::nullopt;
    std::optional<Task> task = std::move(tasks_.back().task);
    tasks_.pop_back();
    if (size() == 0) close_gaps();
    return task;
  }

  std::size_t size() const { return tasks_.size() - first_; }

  void close_gaps() {
    tasks_.erase(tasks_.begin(), tasks_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
    hint();
  }

  void hint() { looks_empty_.store(size() == 0); }

  Lock lock_;
  std::vector<Spawned> tasks_;
  std::size_t first_ = 0;  // those before it have been taken
  alignas(cache_line_size) std::atomic<bool> looks_empty_{true};
};

}  // namespace contend::internal
