#pragma once

#include <stop_token>
#include <thread>
#include <vector>

#include "workloads/work_units.h"

namespace contend::workloads {

/// Threads of this process that want a CPU all the time, for as long as this object lives: other people's load. They are
/// not bound, and no part of any team.
class Burners {
 public:
  explicit Burners(unsigned count) {
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back(burn);
  }

 private:
  static void burn(const std::stop_token& stop) {
    constexpr std::uint64_t units_between_looks = 10'000;
    for (std::uint64_t value = 1; !stop.stop_requested();) value = do_work(units_between_looks, value);
  }

  std::vector<std::jthread> threads_;
};

}  // namespace contend::workloads
