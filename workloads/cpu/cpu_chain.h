#pragma once

#include <sched.h>

#include <algorithm>

#include "workloads/cpu/integer_chain.h"
#include "workloads/executor_workload.h"

namespace contend::workloads {

/// CPU-bound items: `item_us` microseconds of a dependent integer chain each. More workers than CPUs do not
/// make it faster, so a batch is sized by the CPUs.
inline ExecutorWorkload cpu_chain_workload() {
  const auto make = [](const Args& args) {
    const std::uint64_t steps = steps_for(microseconds_of(args, "item_us"));
    const auto item = [steps](std::uint64_t id) { return interruptible_chain(id, steps); };
    return ItemSet{.item = item, .oracle = item};
  };
  const auto batch_size = [](const Args& args, std::chrono::nanoseconds round, unsigned workers) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    const auto cpus = static_cast<unsigned>(std::max(CPU_COUNT(&allowed), 1));
    const auto items =
        items_in_a_quarter(round, microseconds_of(args, "item_us"), std::min(workers, cpus), 256);
    return std::max<std::size_t>(items, workers);
  };
  return {.name = "cpu_chain",
          .args = {{.name = "item_us", .values = {10, 100, 1000}}},
          .make = make,
          .batch_size = batch_size};
}

}  // namespace contend::workloads
