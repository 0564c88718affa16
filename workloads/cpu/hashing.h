#pragma once

#include <array>

#include "workloads/cpu/kernel.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

/// Hashing a buffer of 4 KiB again and again, a byte a step, as FNV-1a does.
inline KernelSpec hashing_kernel() {
  const auto kernel = [](std::uint64_t id, std::uint64_t steps) {
    std::array<std::uint64_t, 512> buffer;
    for (std::size_t i = 0; i < buffer.size(); ++i) buffer[i] = item_checksum(id + i);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(buffer.data());
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (std::uint64_t step = 0; step < steps; ++step) {
      hash = (hash ^ bytes[step % sizeof buffer]) * 0x100000001b3u;
    }
    return hash;
  };
  return {.name = "hashing", .args = {}, .make = [kernel](const Args&) { return kernel; }};
}

}  // namespace contend::workloads
