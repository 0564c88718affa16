#pragma once

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace contend::workloads {

/// The worker counts at which somebody else may want the lock.
inline std::vector<unsigned> contended(std::span<const unsigned> worker_counts) {
  std::vector<unsigned> result;
  std::ranges::copy_if(worker_counts, std::back_inserter(result), [](unsigned count) { return count > 1; });
  return result;
}

}  // namespace contend::workloads
