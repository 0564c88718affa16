#pragma once

#include "workloads/sync/background_load.h"
#include "workloads/sync/barrier_phases.h"
#include "workloads/sync/batch.h"
#include "workloads/sync/broadcast.h"
#include "workloads/sync/condition_one_to_many.h"
#include "workloads/sync/condition_ping_pong.h"
#include "workloads/sync/ending.h"
#include "workloads/sync/hand_off.h"
#include "workloads/sync/idle_consumer.h"
#include "workloads/sync/io_inside.h"
#include "workloads/sync/kinds/barrier_kind.h"
#include "workloads/sync/kinds/condition_kind.h"
#include "workloads/sync/kinds/event_kind.h"
#include "workloads/sync/kinds/future_kind.h"
#include "workloads/sync/kinds/local_kind.h"
#include "workloads/sync/kinds/once_kind.h"
#include "workloads/sync/kinds/semaphore_kind.h"
#include "workloads/sync/kinds/thread_kind.h"
#include "workloads/sync/kinds/timer_kind.h"
#include "workloads/sync/lifetime.h"
#include "workloads/sync/many_locks.h"
#include "workloads/sync/nested_locks.h"
#include "workloads/sync/offered_load.h"
#include "workloads/sync/one_cpu.h"
#include "workloads/sync/payload.h"
#include "workloads/sync/ping_pong.h"
#include "workloads/sync/pipeline.h"
#include "workloads/sync/readers_writers.h"
#include "workloads/sync/recursion.h"
#include "workloads/sync/sections.h"
#include "workloads/sync/semaphore_pool.h"
#include "workloads/sync/standing.h"
#include "workloads/sync/throughput.h"
#include "workloads/sync/timed_acquires.h"
#include "workloads/sync/timer_lateness.h"
#include "workloads/sync/touched_lines.h"
#include "workloads/sync/uncontended.h"

namespace contend::workloads {

template <template <class> class... Workloads>
struct WorkloadList {};

// Every subject of a kind runs all of its list; a new workload is a word here.
using LockWorkloads = WorkloadList<Sections, TouchedLines, ManyLocks, NestedLocks, ReadersWriters, Recursion,
                                   TimedAcquires, IoInside, BackgroundLoad, HandOff>;
using QueueWorkloads = WorkloadList<Throughput, PingPong, Batch, Ending, IdleConsumer, OfferedLoad,
                                    OneCpuThroughput, OneCpuPingPong, Pipeline>;
using PayloadWorkloads = WorkloadList<Payload>;                 // of queues that carry larger messages
using OrderedWorkloads = WorkloadList<Standing>;                // of queues that are not first in, first out
using NullQueueWorkloads = WorkloadList<Throughput, PingPong>;  // of the queue that does nothing

template <class Kind>
struct Of {
  template <class S>
  using Uncontended = workloads::Uncontended<S, Kind>;
  template <class S>
  using Lifetime = workloads::Lifetime<S, Kind>;
};
template <class F>
using EventBroadcast = Broadcast<F, EventKind>;
template <class M>
using ConditionBroadcast = Broadcast<MonitoredFlag<M>, ConditionKind>;

using SemaphoreWorkloads =
    WorkloadList<Of<SemaphoreKind>::Uncontended, Of<SemaphoreKind>::Lifetime, SemaphorePool>;
using EventWorkloads = WorkloadList<Of<EventKind>::Uncontended, Of<EventKind>::Lifetime, EventBroadcast>;
using ConditionWorkloads = WorkloadList<Of<ConditionKind>::Uncontended, Of<ConditionKind>::Lifetime,
                                        ConditionPingPong, ConditionOneToMany, ConditionBroadcast>;
using BarrierWorkloads = WorkloadList<Of<BarrierKind>::Uncontended, Of<BarrierKind>::Lifetime, BarrierPhases>;
using OnceWorkloads = WorkloadList<Of<OnceKind>::Uncontended, Of<OnceKind>::Lifetime>;
using LocalWorkloads = WorkloadList<Of<LocalKind>::Uncontended, Of<LocalKind>::Lifetime>;
using TimerWorkloads = WorkloadList<Of<TimerKind>::Uncontended, Of<TimerKind>::Lifetime, TimerLateness>;
using FutureWorkloads = WorkloadList<Of<FutureKind>::Uncontended, Of<FutureKind>::Lifetime>;
using ThreadWorkloads = WorkloadList<Of<ThreadKind>::Lifetime>;

}  // namespace contend::workloads
