#pragma once

#include <chrono>
#include <thread>
#include <vector>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A pool of 5 for five sleeps of 5 ms: done in about one of them, not in the sum.
template <class Kit>
void pool_sleepers() {
  typename Kit::Pool pool(5);
  const std::vector<int> numbers{0, 1, 2, 3, 4};
  const auto slept = pool.map(numbers, [](int number) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return number;
  });
  expect(slept == numbers, "results came back in another order");
}

}  // namespace contend::workloads
