#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/concepts.h"
#include "workloads/experiment.h"

namespace contend::workloads {

/// An argument that is a time in microseconds. Throws std::invalid_argument, naming it, where it is negative
/// or beyond a minute.
std::chrono::microseconds microseconds_of(const Args& args, std::string_view name);

/// Items ready to be run, and what is known about them.
struct ItemSet {
  /// Owns what it needs (a server, a file): it is there as long as a copy of the function is.
  ItemFunction item;
  /// The right result for an id, found serially and without waiting.
  ItemFunction oracle;
  /// Processes that serve the items from outside. Their CPU time is not the executor's.
  std::vector<pid_t> servers = {};
};

/// An argument that a workload takes, and the values that are measured where nothing else is asked for.
struct ArgSpec {
  std::string name;
  std::vector<std::string> values;
};

/// One kind of item for executors. A new one is a file with a function that returns this, and a word in
/// executor_workloads.cc.
struct ExecutorWorkload {
  std::string name;
  std::vector<ArgSpec> args;
  std::function<ItemSet(const Args&)> make;
  /// How many items one batch has in a round of that length.
  std::function<std::size_t(const Args&, std::chrono::nanoseconds round, unsigned workers)> batch_size;
  Tier tier = Tier::quick;  // the smallest run that measures it
};

std::vector<ExecutorWorkload> executor_workloads();

/// The items of a batch that takes about a quarter of a round, so that the last one does not stretch the
/// round much and the two ends of a batch, where workers idle, weigh little: 1 to `most` items of length
/// `item` for each of the `lanes` that run at the same time.
std::size_t items_in_a_quarter(std::chrono::nanoseconds round, std::chrono::nanoseconds item, unsigned lanes,
                               std::size_t most);

/// The same for items that only wait, `delay_us` each: all workers wait at the same time.
std::size_t delays_in_a_batch(const Args& args, std::chrono::nanoseconds round, unsigned workers);

}  // namespace contend::workloads
