#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "workloads/cpu/kernel.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

/// A walk through memory in which every step waits for the one before: the latency of the level that `bytes` fits into.
/// The walk is one cycle over all cache lines (S. Sattolo, 1986), the same for everyone; an item starts at a place of
/// its own.
inline KernelSpec pointer_chase_kernel() {
  struct alignas(64) Line {
    std::size_t next;
  };
  const auto make = [](const Args& args) -> Kernel {
    const std::size_t count = std::max<std::size_t>(args.count("bytes") / sizeof(Line), 2);
    auto lines = std::make_shared<std::vector<Line>>(count);
    for (std::size_t i = 0; i < count; ++i) (*lines)[i].next = i;
    for (std::size_t i = count - 1; i > 0; --i)
      std::swap((*lines)[i].next, (*lines)[item_checksum(i) % i].next);
    return [lines](std::uint64_t id, std::uint64_t steps) {
      std::size_t at = item_checksum(id) % lines->size();
      for (std::uint64_t step = 0; step < steps; ++step) at = (*lines)[at].next;
      return std::uint64_t{at};
    };
  };
  return {.name = "pointer_chase",
          .args = {{.name = "bytes", .values = {"16384", "524288", "8388608", "268435456"}}},
          .make = make};
}

}  // namespace contend::workloads
