#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "workloads/executor_workload.h"

namespace contend::workloads {

/// Every word depends on all before it.
inline void fill_block(std::uint64_t id, std::span<std::uint64_t> block) {
  std::uint64_t word = id;
  for (std::uint64_t& each : block) each = word = word * 0x9e37'79b9'7f4a'7c15 + 1;
}

/// What a block is told by: its first word and its last.
inline std::uint64_t digest_of(std::span<const std::uint64_t> block) {
  return block.front() ^ std::rotl(block.back(), 32);
}

inline std::size_t words_of_block(const Args& args) {
  const unsigned bytes = args.count("bytes");
  if (bytes >= 8 && bytes <= 1 << 30) return bytes / 8;
  throw std::invalid_argument("bytes is " + args.text("bytes") + "; it must be 8 to 1073741824");
}

/// Items that fill a block of `bytes` and hand on its digest; the block stays with the worker, as threads may have it.
/// Executors that carry the blocks to the caller, and take the digests there, are made for this workload alone.
inline ExecutorWorkload block_results_workload() {
  const auto make = [](const Args& args) {
    const std::size_t words = words_of_block(args);
    const auto item = [words](std::uint64_t id) {
      static thread_local std::vector<std::uint64_t> block;
      block.resize(words);
      fill_block(id, block);
      return digest_of(block);
    };
    return ItemSet{.item = item, .oracle = item};
  };
  const auto batch_size = [](const Args& args, std::chrono::nanoseconds round, unsigned workers) {
    const std::chrono::nanoseconds item(1000 + 2 * words_of_block(args));
    return items_in_a_quarter(round, item, workers, 1024);
  };
  return {.name = "block_results",
          .args = {{.name = "bytes", .values = {"64", "4096", "65536", "1048576"}}},
          .make = make,
          .batch_size = batch_size,
          .tier = Tier::full};
}

}  // namespace contend::workloads
