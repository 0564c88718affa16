#pragma once

#include <cstdint>
#include <string>

#include "workloads/experiment.h"

namespace contend::workloads {

/// The operations of all workers, those outside the window too.
inline std::uint64_t operations_of(const RoundResult& result) {
  std::uint64_t sum = 0;
  for (const WorkerResult& worker : result.workers) sum += worker.in_all;
  return sum;
}

/// Throws CheckFailed where a plain counter under a lock does not say how often the lock was taken.
inline void check_entered(std::uint64_t entered, std::uint64_t taken) {
  if (entered == taken) return;
  throw CheckFailed("the lock let two in: it was taken " + std::to_string(taken) +
                    " times, the counter under it says " + std::to_string(entered));
}

}  // namespace contend::workloads
