#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "workloads/erased_executor.h"
#include "workloads/execution/context_switches.h"
#include "workloads/executor_workload.h"

namespace contend::workloads {

/// What a round of batches came to. The times are sums over whole batches, and only over them.
struct BatchTotals {
  std::uint64_t items = 0;
  std::uint64_t batches = 0;
  std::uint32_t checksum = 0;  // of one batch's results: their sum
  std::chrono::nanoseconds wall{0};
  /// Of this process and its children, without the servers of the items.
  std::chrono::nanoseconds cpu{0};
  ContextSwitches switches;  // of the same
  double speed_up = 0;       // against the serial items beside them; 0: there were none
};

/// Batches that are held against serial items take so many rounds: what hits one pair is left out by the median.
inline constexpr unsigned rounds_of_pairs = 8;

/// Runs the same batch again and again until its batches have taken `round_time`, at least once.
///
/// One batch before that is not counted: it makes the connections and touches the pages. After every batch,
/// outside the measured time, each result is compared with the oracle's. A result that is wrong or was left
/// out is CheckFailed, which names the first such item, and so is, in the end, an item that was not done once for each
/// batch, where that can be told; what the executor throws passes through.
///
/// With `serial_items`, so many of the batch's are done one after the other in this thread before each batch, for some
/// rounds; how often an item was done is not checked then. The speed-up is the median over these pairs, whose halves meet
/// the same machine.
BatchTotals run_batches(ErasedExecutor& executor, const ItemSet& items, std::size_t batch_size,
                        std::chrono::nanoseconds round_time, std::size_t serial_items = 0);

}  // namespace contend::workloads
