#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/experiment.h"
#include "workloads/item_set.h"

namespace contend::workloads {

/// An argument that is a time in microseconds. Throws std::invalid_argument, naming it, where it is negative
/// or beyond a minute.
std::chrono::microseconds microseconds_of(const Args& args, std::string_view name);

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
  bool awaitable = false;   // the items have a form for event loops; those of others are not run by them
  /// The numbers of workers that it is measured with, where they are not the run's own; and for event loops, how many items
  /// are in flight.
  std::vector<unsigned> worker_counts = {};
  std::vector<unsigned> in_flight = {};
  bool beside_serial = false;  // each batch is held against serial items right before it
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
