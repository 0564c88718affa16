#pragma once

#include <functional>

#include "primitives/internal/unfetched_errors.h"
#include "primitives/internal/worker_tasks.h"

namespace contend::internal {

/// What a pool's worker is to the tasks that it runs.
struct PoolWorker {
  /// More than programs that divide and conquer come to, and few for a stack.
  static constexpr unsigned most_leaps = 64;

  const void* pool = nullptr;             // null: this thread is no worker
  WorkerTasks* spawned = nullptr;         // what it has submitted to the pool itself
  UnfetchedErrors* errors = nullptr;      // of the pool
  const void* middle_of_stack = nullptr;  // null: not known
  unsigned leaps = 0;                     // that are on its stack, see PromisedCall::leapfrog()

  /// Whether half of its stack is used up. Stacks grow downwards.
  bool is_deep() const noexcept { return __builtin_frame_address(0) < middle_of_stack; }
};

inline constinit thread_local PoolWorker this_worker{};

/// Of the calling thread.
const void* middle_of_stack() noexcept;

/// Calls `body`, which must not throw, in a thread that stands in for the calling worker until it returns; in the worker
/// itself, if the system gives no more threads.
void stand_in(const std::function<void()>& body);

}  // namespace contend::internal
