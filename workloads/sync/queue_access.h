#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "primitives/concepts.h"
#include "workloads/sync/spin_wait.h"

namespace contend::workloads {

/// What a worker calls of a queue: the queue itself, or its handle.
template <class Q>
using Access = std::remove_reference_t<Handle<Q>>;

template <class Q>
using MessageOf = typename Access<Q>::value_type;

/// A queue that takes and gives several messages at once, as many as there is room for or as there are.
template <class Q>
concept BatchQueue = FifoQueue<Q> &&
    requires(Q& queue, std::span<typename Q::value_type> values, typename Q::value_type* out) {
  { queue.try_push_n(values) } -> std::convertible_to<std::size_t>;
  { queue.try_pop_n(out, values.size()) } -> std::convertible_to<std::size_t>;
};

/// A queue that wakes those who wait when nothing will come any more.
template <class Q>
concept ClosableQueue = BlockingQueue<Q> && requires(Q& queue) {
  queue.close();
};

/// Whether each consumer gets the messages of one producer in the order in which they were pushed. A subject that
/// promises nothing of the kind says so by a constant `keeps_order` that is false, and is not failed for it.
template <class Q>
constexpr bool promises_order() {
  if constexpr (requires { Q::keeps_order; }) return Q::keeps_order;
  return true;
}

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

  std::uint64_t retries = 0;  // attempts that found the queue full or empty

  template <class Q>
  void push(Q& queue, typename Q::value_type value) {
    spin_until([&] { return queue.try_push(std::move(value)); }, retries);
  }

  template <class Q>
  typename Q::value_type pop(Q& queue) {
    std::optional<typename Q::value_type> value;
    spin_until([&] { return (value = queue.try_pop()).has_value(); }, retries);
    return std::move(*value);
  }
};

/// Waiting as the queue itself does.
struct BlockWait {
  static constexpr const char* name = "block";

  std::uint64_t retries = 0;  // the queue does not tell

  template <class Q>
  void push(Q& queue, typename Q::value_type value) {
    queue.push(std::move(value));
  }

  template <class Q>
  typename Q::value_type pop(Q& queue) {
    return queue.pop().value();
  }
};

/// Waiting awake for some ten microseconds, about what waking a sleeper takes, and only then as the queue does.
struct AdaptiveWait {
  static constexpr const char* name = "adaptive";

  std::uint64_t retries = 0;

  template <class Q>
  void push(Q& queue, typename Q::value_type value) {
    if (!within_limit([&] { return queue.try_push(std::move(value)); })) queue.push(std::move(value));
  }

  template <class Q>
  typename Q::value_type pop(Q& queue) {
    std::optional<typename Q::value_type> value;
    if (within_limit([&] { return (value = queue.try_pop()).has_value(); })) return std::move(*value);
    return queue.pop().value();
  }

 private:
  template <class Attempt>
  bool within_limit(Attempt attempt) {
    constexpr int limit = 500;
    for (int i = 0; i < limit; ++i, ++retries) {
      if (attempt()) return true;
      internal::cpu_relax();
    }
    return false;
  }
};

/// Calls `body` with the way of waiting that the argument names. A queue that cannot block has no such case.
template <class Q, class Body>
void with_wait(const std::string& wait, Body body) {
  if constexpr (BlockingQueue<Access<Q>>) {
    if (wait == BlockWait::name) return body(BlockWait{});
  }
  body(SpinWait{});
}

/// As above, for workloads that know the adaptive way too.
template <class Q, class Body>
void with_any_wait(const std::string& wait, Body body) {
  if constexpr (BlockingQueue<Access<Q>>) {
    if (wait == AdaptiveWait::name) return body(AdaptiveWait{});
  }
  with_wait<Q>(wait, body);
}

/// The ways of waiting that a queue offers.
template <class Q>
std::vector<const char*> waits_of() {
  if constexpr (BlockingQueue<Access<Q>>) return {SpinWait::name, BlockWait::name};
  return {SpinWait::name};
}

}  // namespace contend::workloads
