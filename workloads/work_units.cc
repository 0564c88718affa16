#include "workloads/work_units.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace contend::workloads {

double measure_unit_ns() {
  using Clock = std::chrono::steady_clock;
  constexpr int stretches = 200;
  constexpr std::uint64_t units = 20'000;
  double shortest = std::numeric_limits<double>::max();
  std::uint64_t value = 1;
  for (int i = 0; i < stretches; ++i) {
    const auto begin = Clock::now();
    value = do_work(units, value);
    const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
    shortest = std::min(shortest, took.count() / units);
  }
  return shortest;
}

std::uint64_t units_for(double ns, double unit_ns) noexcept {
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, ns) / unit_ns));
}

}  // namespace contend::workloads
