#pragma once

#include <exception>
#include <memory>

namespace contend::internal {

/// A call that a pool has to make. Whoever has it in a TaskPtr gives it exactly one of run() and refuse(), or drops it;
/// it may be gone after either.
class Task {
 public:
  virtual void run() noexcept = 0;
  /// It will never run, and this is why.
  virtual void refuse(const std::exception_ptr& refusal) noexcept = 0;
  /// The pool has not taken it, and who brought it knows.
  virtual void drop() noexcept = 0;

 protected:
  ~Task() = default;
};

struct DropTask {
  void operator()(Task* task) const noexcept { task->drop(); }
};

using TaskPtr = std::unique_ptr<Task, DropTask>;

inline void run(TaskPtr task) noexcept { task.release()->run(); }

inline void refuse(TaskPtr task, const std::exception_ptr& refusal) noexcept {
  task.release()->refuse(refusal);
}

}  // namespace contend::internal
