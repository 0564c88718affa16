#pragma once

#include "primitives/barrier.h"
#include "primitives/condition.h"
#include "primitives/event.h"
#include "primitives/lock.h"
#include "primitives/once.h"
#include "primitives/process_pool.h"
#include "primitives/queue.h"
#include "primitives/rlock.h"
#include "primitives/scope_guard.h"
#include "primitives/semaphore.h"
#include "primitives/thread.h"
#include "primitives/thread_local.h"
#include "primitives/thread_pool.h"
#include "primitives/timer.h"

namespace contend::benchmarks {

/// The objects with which the patterns are written (workloads/patterns/all.h).
struct OurKit {
  using Lock = contend::Lock;
  using RLock = contend::RLock;
  using Semaphore = contend::Semaphore;
  using Event = contend::Event;
  using Barrier = contend::Barrier;
  using Thread = contend::Thread;
  using Timer = contend::Timer;
  using Pool = contend::ThreadPool;
  using ProcessPool = contend::ProcessPool;
  template <class L>
  using Condition = contend::Condition<L>;
  template <class T>
  using Queue = contend::Queue<T>;
  template <class T>
  using LifoQueue = contend::LifoQueue<T>;
  template <class T>
  using PriorityQueue = contend::PriorityQueue<T>;
  template <class T>
  using ThreadLocal = contend::ThreadLocal<T>;
  template <class T>
  using Lazy = contend::Lazy<T>;
  template <class F>
  using ScopeGuard = contend::ScopeGuard<F>;
};

}  // namespace contend::benchmarks
