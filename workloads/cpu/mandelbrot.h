#pragma once

#include <algorithm>

#include "workloads/cpu/kernel.h"

namespace contend::workloads {

/// Points of the Mandelbrot set, a point a step, with up to 255 iterations each: items of very different lengths, as a
/// picture that is computed in rows has them. An item is a stretch of a row; its id says which row.
inline KernelSpec mandelbrot_kernel() {
  const auto kernel = [](std::uint64_t id, std::uint64_t steps) {
    constexpr std::uint64_t rows = 256;
    const double imaginary = -1.25 + 2.5 * static_cast<double>(id % rows) / rows;
    std::uint64_t result = 0;
    for (std::uint64_t step = 0; step < steps; ++step) {
      const double real = -2.0 + 2.5 * static_cast<double>(step % rows) / rows;
      double x = 0;
      double y = 0;
      std::uint64_t iterations = 0;
      for (; iterations < 255 && x * x + y * y < 4; ++iterations) {
        const double next = x * x - y * y + real;
        y = 2 * x * y + imaginary;
        x = next;
      }
      result = result * 31 + iterations;
    }
    return result;
  };
  return {.name = "mandelbrot", .args = {}, .make = [kernel](const Args&) { return kernel; }};
}

}  // namespace contend::workloads
