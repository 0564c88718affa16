#include "workloads/cpu/integer_chain.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace contend::workloads {
namespace {

using Clock = std::chrono::steady_clock;

double measured_step_ns() {
  constexpr std::uint64_t steps = 10'000;
  constexpr int trials = 200;
  Clock::duration best = Clock::duration::max();
  // Volatile keeps the pure computation between the two looks at the clock.
  volatile std::uint64_t id = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const Clock::time_point start = Clock::now();
    id = integer_chain(id, steps);
    best = std::min(best, Clock::now() - start);
  }
  return std::chrono::duration<double, std::nano>(best).count() / steps;
}

}  // namespace

std::uint64_t integer_chain(std::uint64_t id, std::uint64_t steps) {
  std::uint64_t x = id + 0x9e3779b97f4a7c15u;
  for (std::uint64_t step = 0; step < steps; ++step) x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
  return x;
}

std::uint64_t steps_for(std::chrono::nanoseconds duration) {
  if (duration.count() < 0) throw std::invalid_argument("steps_for: a negative duration of work");
  static const double step_ns = measured_step_ns();
  return std::max<std::uint64_t>(1, std::llround(static_cast<double>(duration.count()) / step_ns));
}

}  // namespace contend::workloads
