#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

// Whether a queue delivered what was pushed: every item exactly once, and to each consumer the items of
// each producer in the order in which that one pushed them. (Across consumers that order cannot be
// observed.)
namespace contend::testing {

/// Which items there are: `per_producer` from each, numbered 0, 1, ... by each.
struct ItemPlan {
  std::uint64_t producers = 1;
  std::uint64_t per_producer = 0;

  std::uint64_t total() const { return producers * per_producer; }
  std::uint64_t item(std::uint64_t producer, std::uint64_t sequence) const {
    return producer * per_producer + sequence;
  }
  std::string name(std::uint64_t item) const {
    return "item " + std::to_string(item % per_producer) + " of producer " +
           std::to_string(item / per_producer);
  }
};

/// What one consumer was given. Written by that consumer alone, so it costs it no shared cache line; its
/// memory is the caller's, zeroed, and may be shared with the process that looks at it in the end.
class ConsumerLog {
 public:
  static std::size_t words_needed(const ItemPlan& plan) {
    return fault_words + plan.producers + (plan.total() + 63) / 64;
  }

  ConsumerLog(const ItemPlan& plan, std::span<std::uint64_t> zeroed_words)
      : plan_(plan),
        faults_(zeroed_words.first(fault_words)),
        next_(zeroed_words.subspan(fault_words, plan.producers)),
        seen_(zeroed_words.subspan(fault_words + plan.producers)) {}

  void saw(std::uint64_t item) {
    if (item >= plan_.total()) return note(Fault::unknown, item);
    std::uint64_t& word = seen_[item / 64];
    const std::uint64_t bit = std::uint64_t{1} << (item % 64);
    if ((word & bit) != 0) return note(Fault::repeated, item);
    word |= bit;
    std::uint64_t& next = next_[item / plan_.per_producer];
    if (item % plan_.per_producer < next) note(Fault::late, item);
    next = std::max(next, item % plan_.per_producer + 1);
  }

  const ItemPlan& plan() const { return plan_; }
  std::uint64_t seen_word(std::size_t index) const { return seen_[index]; }

  /// What this consumer alone can tell.
  std::optional<std::string> find_fault() const {
    if (noted(Fault::unknown) != 0)
      return "something that was never pushed: " + std::to_string(noted_item(Fault::unknown));
    if (noted(Fault::repeated) != 0)
      return plan_.name(noted_item(Fault::repeated)) + " twice to one consumer";
    if (noted(Fault::late) != 0)
      return plan_.name(noted_item(Fault::late)) + " after a later one of the same producer";
    return std::nullopt;
  }

 private:
  enum class Fault : std::size_t { unknown, repeated, late };
  static constexpr std::size_t fault_words = 3;  // by Fault: the last such item plus 1, or 0

  void note(Fault fault, std::uint64_t item) { faults_[static_cast<std::size_t>(fault)] = item + 1; }
  std::uint64_t noted(Fault fault) const { return faults_[static_cast<std::size_t>(fault)]; }
  std::uint64_t noted_item(Fault fault) const { return noted(fault) - 1; }

  ItemPlan plan_;
  std::span<std::uint64_t> faults_;
  std::span<std::uint64_t> next_;
  std::span<std::uint64_t> seen_;
};

/// Once all have finished and the queue is empty: what went wrong, or nothing.
inline std::optional<std::string> find_fault(std::span<const ConsumerLog> logs) {
  for (const ConsumerLog& log : logs) {
    if (auto fault = log.find_fault()) return "delivered " + *fault;
  }
  const ItemPlan plan = logs.front().plan();
  for (std::uint64_t item = 0; item < plan.total(); ++item) {
    const auto times = std::count_if(logs.begin(), logs.end(), [&](const ConsumerLog& log) {
      return (log.seen_word(item / 64) >> (item % 64) & 1) != 0;
    });
    if (times == 0) return "lost " + plan.name(item);
    if (times > 1) return "delivered " + plan.name(item) + " to " + std::to_string(times) + " consumers";
  }
  return std::nullopt;
}

}  // namespace contend::testing
