#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "workloads/cpu/kernel.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

/// Reading memory in order, a cache line of 64 bytes a step: what the memory bus gives to all workers together. They
/// read one buffer of `bytes`, each item from a place of its own.
inline KernelSpec streaming_kernel() {
  const auto make = [](const Args& args) -> Kernel {
    constexpr std::size_t words_per_line = 8;
    const std::size_t lines = std::max<std::size_t>(args.count("bytes") / 64, 1);
    auto words = std::make_shared<std::vector<std::uint64_t>>(lines * words_per_line);
    for (std::size_t i = 0; i < words->size(); ++i) (*words)[i] = i;
    return [words, lines](std::uint64_t id, std::uint64_t steps) {
      std::uint64_t sum = 0;
      std::size_t line = item_checksum(id) % lines;
      for (std::uint64_t step = 0; step < steps; ++step) {
        const std::uint64_t* const word = words->data() + line * words_per_line;
        for (std::size_t i = 0; i < words_per_line; ++i) sum += word[i];
        if (++line == lines) line = 0;
      }
      return sum;
    };
  };
  return {.name = "streaming", .args = {{.name = "bytes", .values = {"268435456"}}}, .make = make};
}

}  // namespace contend::workloads
