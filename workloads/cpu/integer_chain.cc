#include "workloads/cpu/integer_chain.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "primitives/baton.h"

namespace contend::workloads {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t start_of(std::uint64_t id) { return id + 0x9e3779b97f4a7c15u; }

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

std::uint64_t advanced(std::uint64_t x, std::uint64_t steps) {
  for (std::uint64_t step = 0; step < steps; ++step) x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
  return x;
}

/// Advances in slices, and calls `after_slice(steps)` after each.
template <class AfterSlice>
std::uint64_t sliced_chain(std::uint64_t id, std::uint64_t steps, std::uint64_t slice,
                           AfterSlice after_slice) {
  std::uint64_t x = start_of(id);
  for (std::uint64_t left = steps; left > 0;) {
    const std::uint64_t now = std::min(left, slice);
    x = advanced(x, now);
    left -= now;
    after_slice(now);
  }
  return x;
}

constexpr std::uint64_t steps_in_a_slice = 1'000;

}  // namespace

std::uint64_t integer_chain(std::uint64_t id, std::uint64_t steps) { return advanced(start_of(id), steps); }

std::uint64_t interruptible_chain(std::uint64_t id, std::uint64_t steps) {
  return sliced_chain(id, steps, steps_in_a_slice, [](std::uint64_t) { checkpoint(); });
}

std::uint64_t interpreted_chain(std::uint64_t id, std::uint64_t steps, std::chrono::nanoseconds step_ns) {
  const auto per_slice = std::max<std::int64_t>(1, 1'000 / std::max<std::int64_t>(1, step_ns.count()));
  return sliced_chain(id, steps, static_cast<std::uint64_t>(per_slice), [step_ns](std::uint64_t done) {
    interruptible_work(static_cast<std::int64_t>(done) * step_ns);
  });
}

void interruptible_work(std::chrono::nanoseconds duration) {
  // Volatile keeps the pure computation.
  volatile std::uint64_t kept = interruptible_chain(0, steps_for(duration));
  static_cast<void>(kept);
}

std::uint64_t steps_for(std::chrono::nanoseconds duration) {
  if (duration.count() < 0) throw std::invalid_argument("steps_for: a negative duration of work");
  static const double step_ns = measured_step_ns();
  return std::max<std::uint64_t>(1, std::llround(static_cast<double>(duration.count()) / step_ns));
}

}  // namespace contend::workloads
