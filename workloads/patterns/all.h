#pragma once

#include <vector>

#include "workloads/patterns/barrier_start.h"
#include "workloads/patterns/bounded_queue.h"
#include "workloads/patterns/condition_handover.h"
#include "workloads/patterns/daemon_at_exit.h"
#include "workloads/patterns/deadlock_detected.h"
#include "workloads/patterns/event_controller.h"
#include "workloads/patterns/limited_entry.h"
#include "workloads/patterns/nested_rlock.h"
#include "workloads/patterns/operations.h"
#include "workloads/patterns/ordered_accounts.h"
#include "workloads/patterns/pattern.h"
#include "workloads/patterns/pool_exception.h"
#include "workloads/patterns/pool_sleepers.h"
#include "workloads/patterns/pool_squares.h"
#include "workloads/patterns/queue_join.h"
#include "workloads/patterns/queue_sentinel.h"
#include "workloads/patterns/rlock_counter.h"
#include "workloads/patterns/rolled_back.h"
#include "workloads/patterns/shared_counter.h"
#include "workloads/patterns/singleton.h"
#include "workloads/patterns/thread_local_values.h"
#include "workloads/patterns/timer_cancelled.h"

namespace contend::workloads {

/// All patterns, with the objects of a Kit: its Lock, RLock, Semaphore, Event, Condition<L>, Barrier, Queue<T>, LifoQueue<T>,
/// PriorityQueue<T>, Thread, Timer, ThreadLocal<T>, Lazy<T>, ScopeGuard<F>, Pool and ProcessPool. Each has its Python form
/// beside it; patterns/__init__.py has the same list.
template <class Kit>
std::vector<Pattern> patterns() {
  return {
      {"shared_counter", shared_counter<Kit>},
      {"nested_rlock", nested_rlock<Kit>},
      {"rlock_counter", rlock_counter<Kit>},
      {"limited_entry", limited_entry<Kit>},
      {"event_controller", event_controller<Kit>},
      {"condition_handover", condition_handover<Kit>},
      {"queue_sentinel", queue_sentinel<Kit>},
      {"bounded_queue", bounded_queue<Kit>},
      {"queue_join", queue_join<Kit>},
      {"thread_local_values", thread_local_values<Kit>},
      {"ordered_accounts", ordered_accounts<Kit>},
      {"deadlock_detected", deadlock_detected<Kit>},
      {"rolled_back", rolled_back<Kit>},
      {"singleton", singleton<Kit>},
      {"pool_squares", pool_squares<Kit>},
      {"pool_sleepers", pool_sleepers<Kit>},
      {"timer_cancelled", timer_cancelled<Kit>},
      {"barrier_start", barrier_start<Kit>},
      {"daemon_at_exit", daemon_at_exit<Kit>},
      {"pool_exception", pool_exception<Kit>},
  };
}

}  // namespace contend::workloads
