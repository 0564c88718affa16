#pragma once

#include <array>
#include <bit>

#include "workloads/cpu/kernel.h"

namespace contend::workloads {

/// Floating-point in the first-level cache: a step is one multiply-add for each of 64 doubles, which do not depend on
/// each other, so the compiler may use vectors.
inline KernelSpec floating_point_kernel() {
  const auto kernel = [](std::uint64_t id, std::uint64_t steps) {
    std::array<double, 64> values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>((id + i) % 1000) / 1000;
    for (std::uint64_t step = 0; step < steps; ++step) {
      for (double& value : values) value = value * 0.75 + 0.125;
      asm volatile("" : "+m"(values));  // keeps the compiler from solving the recurrence
    }
    std::uint64_t result = 0;
    for (const double value : values) result = std::rotl(result, 7) ^ std::bit_cast<std::uint64_t>(value);
    return result;
  };
  return {.name = "floating_point", .args = {}, .make = [kernel](const Args&) { return kernel; }};
}

}  // namespace contend::workloads
