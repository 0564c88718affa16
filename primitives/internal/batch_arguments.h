#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace contend::internal {

/// Throws std::invalid_argument unless `workers` is from 1 to `most`.
inline unsigned checked_workers(unsigned workers, unsigned most = 65'535) {
  if (workers >= 1 && workers <= most) return workers;
  throw std::invalid_argument("workers is " + std::to_string(workers) + "; give 1 to " +
                              std::to_string(most));
}

/// Throws std::invalid_argument unless there is room for exactly one result per item.
template <class R>
void check_batch(std::span<const std::uint64_t> ids, std::span<R> results) {
  if (ids.size() == results.size()) return;
  throw std::invalid_argument("a batch of " + std::to_string(ids.size()) + " items with room for " +
                              std::to_string(results.size()) + " results; give spans of one length");
}

}  // namespace contend::internal
