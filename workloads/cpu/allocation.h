#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "workloads/cpu/kernel.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

/// Work that mostly allocates: a step frees one of 64 blocks and allocates another, of 16 to 1,039 bytes.
inline KernelSpec allocation_kernel() {
  const auto kernel = [](std::uint64_t id, std::uint64_t steps) {
    std::array<std::unique_ptr<unsigned char[]>, 64> blocks;
    std::uint64_t sum = 0;
    for (std::uint64_t step = 0; step < steps; ++step) {
      const std::uint64_t random = item_checksum(id + step);
      const std::size_t bytes = 16 + random % 1024;
      auto& block = blocks[random >> 58];
      block = std::make_unique_for_overwrite<unsigned char[]>(bytes);
      block[bytes - 1] = static_cast<unsigned char>(random >> 8);
      asm volatile("" : : "r"(block.get()) : "memory");  // keeps the compiler from leaving the allocation out
      sum += block[bytes - 1] + bytes;
    }
    return sum;
  };
  return {.name = "allocation", .args = {}, .make = [kernel](const Args&) { return kernel; }};
}

}  // namespace contend::workloads
