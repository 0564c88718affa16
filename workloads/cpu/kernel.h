#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "workloads/executor_workload.h"

namespace contend::workloads {

/// CPU-bound work, so many steps of it. The same id and steps give the same result in every thread and process.
using Kernel = std::function<std::uint64_t(std::uint64_t id, std::uint64_t steps)>;

/// A kind of CPU-bound work. A new one is a file with a function that returns this, and a word in
/// executor_workloads.cc.
struct KernelSpec {
  std::string name;
  std::vector<ArgSpec> args;  // beside the length of the item
  std::function<Kernel(const Args&)> make;
};

/// Nanoseconds that a step takes on a core that does nothing else: the shortest of many short trials counts, so that
/// interruptions do not lengthen the work. Takes some milliseconds.
double measure_step_ns(const Kernel& kernel);

/// Items of `item_us` microseconds of that work each. More workers than CPUs do not make them faster, so a batch is
/// sized by the CPUs.
ExecutorWorkload cpu_workload(const KernelSpec& spec);

/// How many items of a CPU-bound batch fill about a quarter of a round.
std::size_t cpu_items_in_a_batch(const Args& args, std::chrono::nanoseconds round, unsigned workers);

}  // namespace contend::workloads
