#pragma once

#include "workloads/cpu/integer_chain.h"
#include "workloads/cpu/kernel.h"

namespace contend::workloads {

/// CPU-bound items: `item_us` microseconds of a dependent integer chain each.
inline ExecutorWorkload cpu_chain_workload() {
  const auto make = [](const Args& args) {
    const std::uint64_t steps = steps_for(microseconds_of(args, "item_us"));
    const auto item = [steps](std::uint64_t id) { return interruptible_chain(id, steps); };
    return ItemSet{.item = item, .oracle = item};
  };
  return {.name = "cpu_chain",
          .args = {{.name = "item_us", .values = {"10", "100", "1000"}}},
          .make = make,
          .batch_size = cpu_items_in_a_batch};
}

}  // namespace contend::workloads
