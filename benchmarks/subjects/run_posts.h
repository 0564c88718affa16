#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <latch>
#include <span>

#include "primitives/concepts.h"
#include "primitives/internal/first_error.h"

namespace contend::benchmarks {

/// results[i] = function(ids[i]) in a call of its own for every i, which `post` gives to a pool; waits for all of them.
/// Throws the error of the first item in order.
template <class Post>
void run_posts(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results,
               const ItemFunction& function, Post post) {
  internal::FirstError error;
  std::latch left(static_cast<std::ptrdiff_t>(ids.size()));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    post([&, i] {
      try {
        results[i] = function(ids[i]);
      } catch (...) {
        error.record(i, std::current_exception());
      }
      left.count_down();
    });
  }
  left.wait();
  error.rethrow();
}

}  // namespace contend::benchmarks
