#pragma once

#include <numeric>
#include <vector>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A pool of 4 maps 100 numbers to their squares.
template <class Kit>
void pool_squares() {
  typename Kit::Pool pool(4);
  std::vector<int> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  const auto squares = pool.map(numbers, [](int number) { return number * number; });
  for (const int number : numbers) {
    expect(squares[static_cast<std::size_t>(number)] == number * number, "a square is wrong");
  }
}

}  // namespace contend::workloads
