#pragma once

#include "workloads/executor_workload.h"
#include "workloads/io/timer_wait.h"

namespace contend::workloads {

/// The control for I/O-bound items: a sleep of `delay_us` microseconds.
inline ExecutorWorkload timer_workload() {
  const auto make = [](const Args& args) {
    const auto delay_us = static_cast<std::uint32_t>(microseconds_of(args, "delay_us").count());
    const auto item = [delay_us](std::uint64_t id) { return timer_wait(id, delay_us); };
    const auto async_items = [delay_us](const LoopExecutor& loop) {
      return [loop, delay_us](std::uint64_t id) { return async_timer_wait(loop, id, delay_us); };
    };
    return ItemSet{.item = item, .oracle = item_checksum, .async_items = async_items};
  };
  return {.name = "timer",
          .args = {{.name = "delay_us", .values = {"1000"}}},
          .make = make,
          .batch_size = delays_in_a_batch,
          .awaitable = true};
}

}  // namespace contend::workloads
