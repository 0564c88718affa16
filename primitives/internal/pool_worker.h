#pragma once

#include "primitives/internal/unfetched_errors.h"
#include "primitives/internal/worker_tasks.h"

namespace contend::internal {

/// What a pool's worker is to the tasks that it runs.
struct PoolWorker {
  /// More than programs that divide and conquer come to, and few for a stack.
  static constexpr unsigned most_leaps = 64;

  const void* pool = nullptr;         // null: this thread is no worker
  WorkerTasks* spawned = nullptr;     // what it has submitted to the pool itself
  UnfetchedErrors* errors = nullptr;  // of the pool
  unsigned leaps = 0;                 // that are on its stack, see PromisedCall::leapfrog()
};

inline constinit thread_local PoolWorker this_worker{};

}  // namespace contend::internal
