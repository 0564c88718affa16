#pragma once

#include "primitives/internal/unfetched_errors.h"
#include "primitives/internal/worker_tasks.h"

namespace contend::internal {

/// What a pool's worker is to the tasks that it runs.
struct PoolWorker {
  const void* pool = nullptr;         // null: this thread is no worker
  WorkerTasks* spawned = nullptr;     // what it has submitted to the pool itself
  UnfetchedErrors* errors = nullptr;  // of the pool
};

inline constinit thread_local PoolWorker this_worker{};

}  // namespace contend::internal
