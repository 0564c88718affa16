#include "workloads/executor_workload.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace contend::workloads {

std::chrono::microseconds microseconds_of(const Args& args, std::string_view name) {
  constexpr std::chrono::duration<double, std::micro> longest = std::chrono::minutes(1);
  const double value = args.number(name);
  if (!(value >= 0 && value <= longest.count())) {
    throw std::invalid_argument(std::string(name) + " is " + args.text(name) +
                                "; it must be between 0 and 60000000 microseconds");
  }
  return std::chrono::microseconds(std::llround(value));
}

std::size_t items_in_a_quarter(std::chrono::nanoseconds round, std::chrono::nanoseconds item, unsigned lanes,
                               std::size_t most) {
  const auto fitting = std::max(round, round.zero()) / 4 / std::max(item, std::chrono::nanoseconds(1));
  return lanes * std::clamp<std::size_t>(static_cast<std::size_t>(fitting), 1, most);
}

std::size_t delays_in_a_batch(const Args& args, std::chrono::nanoseconds round, unsigned workers) {
  return items_in_a_quarter(round, microseconds_of(args, "delay_us"), workers, 64);
}

}  // namespace contend::workloads
