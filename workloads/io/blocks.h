#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/io/item_checksum.h"

namespace contend::workloads {

/// 4 KiB, aligned as O_DIRECT wants it.
struct alignas(4096) Page {
  std::array<std::uint64_t, 512> words;
};

/// What a block of a file holds: some pages that follow from its number.
using Block = std::vector<Page>;

inline Block block_of(std::uint64_t number, std::size_t pages) {
  Block block(pages);
  std::uint64_t word = item_checksum(number);
  for (Page& page : block) {
    for (std::uint64_t& each : page.words) each = word += 0x9e3779b97f4a7c15U;
  }
  return block;
}

/// Depends on every bit and on the order of the words.
inline std::uint64_t checksum_of(const Block& block) {
  std::uint64_t sum = 0;
  for (const Page& page : block) {
    for (const std::uint64_t word : page.words) sum = std::rotl(sum, 1) ^ word;
  }
  return sum;
}

}  // namespace contend::workloads
