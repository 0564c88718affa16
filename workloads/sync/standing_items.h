#pragma once

#include <cstdint>
#include <map>

#include "workloads/sync/messages.h"

namespace contend::workloads {

/// In which order a queue that is not first in, first out gives its items. A subject says it by a constant `order`.
enum class Order { last_in_first_out, smallest_first };

/// What one worker pushes into a queue of that order, and what it may pop if nobody else uses the queue.
template <Order order>
class StandingItems;

/// Items are numbered by worker, from 1; those that are there from the start are worker 0's.
template <>
class StandingItems<Order::last_in_first_out> {
 public:
  explicit StandingItems(unsigned worker) : item_(std::uint64_t{worker + 1} << sequence_bits) {}

  static std::uint64_t initial(std::uint64_t i) { return i; }
  std::uint64_t next() { return ++item_; }

  /// What was pushed last.
  bool is_due(std::uint64_t popped) const { return popped == item_; }
  void took(std::uint64_t /*popped*/) {}

 private:
  std::uint64_t item_;
};

/// Items are like times at which something is due: each is replaced by a later one ("hold" in the literature on event
/// queues, Jones 1986), by a distance of which the mean stays the same however many there are.
template <>
class StandingItems<Order::smallest_first> {
 public:
  explicit StandingItems(unsigned worker) : random_(mix(worker + 1)) {}

  static std::uint64_t initial(std::uint64_t i) { return mix(i) % longest_step; }
  std::uint64_t next() {
    random_ = mix(random_);
    return last_ + random_ % longest_step;
  }

  /// Nothing smaller than before, because nothing smaller was pushed since.
  bool is_due(std::uint64_t popped) const { return popped >= last_; }
  void took(std::uint64_t popped) { last_ = popped; }

 private:
  static constexpr std::uint64_t longest_step = std::uint64_t{1} << 32;

  /// One step of SplitMix64 (Steele, Lea and Flood 2014).
  static std::uint64_t mix(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
  }

  std::uint64_t random_;
  std::uint64_t last_ = 0;
};

/// The order in which items come out of a queue that nobody pushes to any more.
template <Order order>
class DrainOrder {
 public:
  /// Whether this item may come after those before it: the items of one worker in the opposite order of their pushes, or
  /// none smaller than the one before.
  bool follows(std::uint64_t item) {
    const std::uint64_t group = order == Order::last_in_first_out ? item >> sequence_bits : 0;
    const auto [before, first] = seen_.try_emplace(group, item);
    const bool fine =
        first || (order == Order::last_in_first_out ? item < before->second : item >= before->second);
    before->second = item;
    return fine;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> seen_;  // the last of each group
};

}  // namespace contend::workloads
