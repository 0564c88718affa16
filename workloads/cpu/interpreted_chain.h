#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "workloads/cpu/integer_chain.h"
#include "workloads/executor_workload.h"

namespace contend::workloads {

/// CPU-bound items of `steps` steps of the integer chain, each of which takes `step_ns`, as where bytecode is
/// interpreted; 0: as fast as they go. The Python program has the same items with the same results.
inline ExecutorWorkload interpreted_chain_workload() {
  const auto make = [](const Args& args) {
    if (!(args.number("steps") >= 0 && args.number("steps") <= 1e9 && args.number("step_ns") >= 0 &&
          args.number("step_ns") <= 1e6)) {
      throw std::invalid_argument("steps is " + args.text("steps") + " and step_ns " + args.text("step_ns") +
                                  "; they must be from 0 to 1000000000 and from 0 to 1000000");
    }
    const std::uint64_t steps = args.count("steps");
    const std::chrono::nanoseconds step(args.count("step_ns"));
    const auto oracle = [steps](std::uint64_t id) { return integer_chain(id, steps); };
    if (step.count() == 0) return ItemSet{.item = oracle, .oracle = oracle};
    const auto item = [steps, step](std::uint64_t id) { return interpreted_chain(id, steps, step); };
    return ItemSet{.item = item, .oracle = oracle};
  };
  // As many for any number of workers, so that all do the same; and enough to see intervals of a lock pass.
  const auto batch_size = [](const Args&, std::chrono::nanoseconds round, unsigned workers) {
    return std::max<std::size_t>(workers, items_in_a_quarter(4 * round, std::chrono::milliseconds(1), 1, 64));
  };
  return {.name = "interpreted_chain",
          .args = {{.name = "steps", .values = {"4000"}}, {.name = "step_ns", .values = {"0", "250"}}},
          .make = make,
          .batch_size = batch_size,
          .tier = Tier::full,
          .beside_serial = true};
}

}  // namespace contend::workloads
