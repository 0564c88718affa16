#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "primitives/concepts.h"
#include "workloads/sync/spin_wait.h"

namespace contend::workloads {

/// A queue, built from the memory that all workers reach where it knows how to use that.
template <class Q>
Q make_queue(std::size_t capacity, std::pmr::memory_resource* memory) {
  if constexpr (std::constructible_from<Q, std::size_t, std::pmr::memory_resource*>) {
    return Q(capacity, memory);
  } else {
    return Q(capacity);
  }
}

/// Waiting awake, over the try forms.
struct SpinWait {
  static constexpr const char* name = "spin";

  template <class Q>
  static void push(Q& queue, std::uint64_t value) {
    spin_until([&] { return queue.try_push(std::uint64_t{value}); });
  }

  template <class Q>
  static std::uint64_t pop(Q& queue) {
    std::optional<std::uint64_t> value;
    spin_until([&] { return (value = queue.try_pop()).has_value(); });
    return *value;
  }
};

/// Waiting as the queue itself does.
struct BlockWait {
  static constexpr const char* name = "block";

  template <class Q>
  static void push(Q& queue, std::uint64_t value) {
    queue.push(value);
  }

  template <class Q>
  static std::uint64_t pop(Q& queue) {
    return queue.pop().value();
  }
};

/// Calls `body` with the way of waiting that the argument names. A queue that cannot block has no such case.
template <class Q, class Body>
void with_wait(const std::string& wait, Body body) {
  if constexpr (BlockingQueue<Q>) {
    if (wait == BlockWait::name) return body(BlockWait{});
  }
  body(SpinWait{});
}

/// The ways of waiting that a queue offers.
template <class Q>
std::vector<const char*> waits_of() {
  if constexpr (BlockingQueue<Q>) return {SpinWait::name, BlockWait::name};
  return {SpinWait::name};
}

}  // namespace contend::workloads
