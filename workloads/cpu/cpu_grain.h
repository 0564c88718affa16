#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <stdexcept>

#include "workloads/cpu/integer_chain.h"
#include "workloads/executor_workload.h"

namespace contend::workloads {

/// The items of cpu_chain, so short that the executor's own work shows: how small may an item be? (METG: `contend
/// scaling`.) Batches are no longer than those of 5 microsecond items, so that executors with a thread or a process for
/// every item come to an end too.
inline ExecutorWorkload cpu_grain_workload() {
  const auto size_of = [](const Args& args) {
    const double ns = args.number("item_ns");
    if (ns >= 0 && ns <= 1e9) return std::chrono::nanoseconds(static_cast<std::int64_t>(ns));
    throw std::invalid_argument("item_ns is " + args.text("item_ns") + "; it must be 0 to 1000000000");
  };
  const auto make = [size_of](const Args& args) {
    const std::uint64_t steps = steps_for(size_of(args));
    const auto item = [steps](std::uint64_t id) { return integer_chain(id, steps); };
    return ItemSet{.item = item, .oracle = item};
  };
  const auto batch_size = [size_of](const Args& args, std::chrono::nanoseconds round, unsigned workers) {
    const std::chrono::nanoseconds shortest = std::chrono::microseconds(5);
    return items_in_a_quarter(round, std::max(size_of(args), shortest), workers, 2048);
  };
  return {.name = "cpu_grain",
          .args = {{.name = "item_ns", .values = {"100", "300", "1000", "3000", "10000", "30000", "100000"}}},
          .make = make,
          .batch_size = batch_size,
          .tier = Tier::full};
}

}  // namespace contend::workloads
