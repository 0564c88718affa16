#pragma once

#include "workloads/sync/batch.h"
#include "workloads/sync/ending.h"
#include "workloads/sync/idle_consumer.h"
#include "workloads/sync/offered_load.h"
#include "workloads/sync/one_cpu.h"
#include "workloads/sync/payload.h"
#include "workloads/sync/ping_pong.h"
#include "workloads/sync/pipeline.h"
#include "workloads/sync/sections.h"
#include "workloads/sync/standing.h"
#include "workloads/sync/throughput.h"

namespace contend::workloads {

template <template <class> class... Workloads>
struct WorkloadList {};

// Every subject of a kind runs all of its list; a new workload is a word here.
using LockWorkloads = WorkloadList<Sections>;
using QueueWorkloads = WorkloadList<Throughput, PingPong, Batch, Ending, IdleConsumer, OfferedLoad,
                                    OneCpuThroughput, OneCpuPingPong, Pipeline>;
using PayloadWorkloads = WorkloadList<Payload>;                 // of queues that carry larger messages
using OrderedWorkloads = WorkloadList<Standing>;                // of queues that are not first in, first out
using NullQueueWorkloads = WorkloadList<Throughput, PingPong>;  // of the queue that does nothing

}  // namespace contend::workloads
