#pragma once

#include "workloads/executor_workload.h"
#include "workloads/io/timer_workload.h"

namespace contend::workloads {

/// The timer's items, as many in a batch as there are workers, so that all of them wait at the same time: how far a batch
/// falls behind one wait. Threads by the dozen, coroutines by the thousand.
inline ExecutorWorkload crowd_workload() {
  return {.name = "crowd",
          .args = {{.name = "delay_us", .values = {"10000"}}},
          .make = timer_workload().make,
          .batch_size = [](const Args&, std::chrono::nanoseconds,
                           unsigned workers) { return std::size_t{workers}; },
          .tier = Tier::full,
          .awaitable = true,
          .worker_counts = {64},
          .in_flight = {64, 1000, 10000}};
}

}  // namespace contend::workloads
