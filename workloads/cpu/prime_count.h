#pragma once

#include "workloads/cpu/kernel.h"

namespace contend::workloads {

/// Counting primes by trial division, a candidate a step: the CPU-bound example of most tutorials. The candidates are
/// the odd numbers from a place that the id names.
inline KernelSpec prime_count_kernel() {
  const auto kernel = [](std::uint64_t id, std::uint64_t steps) {
    const std::uint64_t first = 1'000'001 + 20'000 * (id % 100);
    std::uint64_t primes = 0;
    for (std::uint64_t step = 0; step < steps; ++step) {
      const std::uint64_t candidate = first + 2 * (step % 10'000);
      std::uint64_t divisor = 3;
      while (divisor * divisor <= candidate && candidate % divisor != 0) divisor += 2;
      primes += divisor * divisor > candidate;
    }
    return primes;
  };
  return {.name = "prime_count", .args = {}, .make = [kernel](const Args&) { return kernel; }};
}

}  // namespace contend::workloads
