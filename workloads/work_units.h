#pragma once

#include <cstdint>

namespace contend::workloads {

/// Work of a known length that does not look at the clock: `units` steps of one dependent chain of
/// arithmetic, in registers. Its result depends on every step.
inline std::uint64_t do_work(std::uint64_t units, std::uint64_t seed) noexcept {
  // Unlikely: whoever works for no time at all must not pay for a jump over the loop.
  if (units != 0) [[unlikely]] {
    do {
      seed = seed * 6364136223846793005U + 1442695040888963407U;
      asm volatile("" : "+r"(seed));  // keeps the compiler from solving the recurrence
    } while (--units != 0);
  }
  return seed;
}

/// How long one unit takes on this CPU at its present speed, in nanoseconds: the shortest of many stretches,
/// because everything that disturbs a stretch makes it longer.
double measure_unit_ns();

/// The number of units that take about `ns`.
std::uint64_t units_for(double ns, double unit_ns) noexcept;

}  // namespace contend::workloads
