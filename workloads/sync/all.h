#pragma once

#include "workloads/sync/ping_pong.h"
#include "workloads/sync/sections.h"
#include "workloads/sync/throughput.h"

namespace contend::workloads {

template <template <class> class... Workloads>
struct WorkloadList {};

// Every subject of a kind runs all of its list; a new workload is a word here.
using LockWorkloads = WorkloadList<Sections>;
using QueueWorkloads = WorkloadList<Throughput, PingPong>;

}  // namespace contend::workloads
