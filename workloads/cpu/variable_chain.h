#pragma once

#include <cmath>

#include "workloads/cpu/integer_chain.h"
#include "workloads/cpu/kernel.h"
#include "workloads/service_time.h"

namespace contend::workloads {

/// The items of cpu_chain with lengths that differ: `item_us` is their mean, `times` their distribution. What a static
/// division of the batch loses against one on demand.
inline ExecutorWorkload variable_chain_workload() {
  const auto make = [](const Args& args) {
    const std::uint64_t mean = steps_for(microseconds_of(args, "item_us"));
    const ServiceTimes times(args.text("times"));
    const auto item = [mean, times](std::uint64_t id) {
      const double steps = std::ceil(static_cast<double>(mean) * times.factor(id));
      return integer_chain(id, static_cast<std::uint64_t>(steps));
    };
    return ItemSet{.item = item, .oracle = item};
  };
  return {.name = "cpu_variable",
          .args = {{.name = "item_us", .values = {"100"}},
                   {.name = "times", .values = {"uniform", "exponential", "lognormal", "bimodal", "pareto"}}},
          .make = make,
          .batch_size = cpu_items_in_a_batch,
          .tier = Tier::full};
}

}  // namespace contend::workloads
