#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <vector>

#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"

namespace contend::workloads {

/// A message of more than eight bytes. All of it is written by the sender.
template <std::size_t bytes>
struct Block {
  static_assert(bytes > sizeof(std::uint64_t) && bytes % sizeof(std::uint64_t) == 0);

  std::array<std::uint64_t, bytes / sizeof(std::uint64_t)> words;
};

template <class Message>
Message message_of(std::uint64_t number) {
  if constexpr (requires(Message message) { message.words; }) {
    Message message;
    message.words.fill(number);
    return message;
  } else {
    return number;
  }
}

inline std::uint64_t number_of(std::uint64_t message) { return message; }

/// A message whose ends differ is torn: then it is a number that nobody sent.
template <std::size_t bytes>
std::uint64_t number_of(const Block<bytes>& message) {
  const std::uint64_t first = message.words.front();
  return first == message.words.back() ? first : 0;
}

/// Ends a stream: one for every consumer, after all else.
inline constexpr std::uint64_t last_message = ~std::uint64_t{0};

/// The number of a message is its producer and, from 1 on, its place among that producer's.
inline constexpr int sequence_bits = 48;

/// Messages, whatever their order: how many, and a hash of which.
struct Sums {
  std::uint64_t messages = 0;
  std::uint64_t hash = 0;

  void add(std::uint64_t message) {
    ++messages;
    hash += (message ^ (message >> 29)) * 0x9E3779B97F4A7C15U;
  }
  void add(const Sums& other) {
    messages += other.messages;
    hash += other.hash;
  }
  friend bool operator==(const Sums&, const Sums&) = default;
};

/// Throws CheckFailed unless the same messages came out as went in.
inline void check_conserved(const Sums& pushed, const Sums& popped) {
  if (pushed == popped) return;
  throw CheckFailed("messages were lost, repeated or changed: " + std::to_string(pushed.messages) +
                    " pushed, " + std::to_string(popped.messages) + " popped");
}

/// Numbers the messages of one producer.
class Sender {
 public:
  explicit Sender(unsigned producer) : message_(std::uint64_t{producer} << sequence_bits) {}

  std::uint64_t next() {
    sums_.add(++message_);
    return message_;
  }
  const Sums& sums() const { return sums_; }

 private:
  std::uint64_t message_;
  Sums sums_;
};

/// Looks at every message that one consumer gets.
class Receiver {
 public:
  /// `seen` is what was last seen of each producer.
  Receiver(std::uint64_t* seen, unsigned producers) : seen_(seen), producers_(producers) {}

  void take(std::uint64_t message) {
    std::uint64_t& before = seen_[std::min<std::uint64_t>(message >> sequence_bits, producers_ - 1)];
    reordered_ += before >= message;
    before = message;
    sums_.add(message);
  }
  const Sums& sums() const { return sums_; }
  std::uint64_t reordered() const { return reordered_; }

 private:
  std::uint64_t* const seen_;
  const std::uint64_t producers_;
  Sums sums_;
  std::uint64_t reordered_ = 0;
};

/// Holds what producers sent against what consumers got: each message exactly once, and each consumer what one
/// producer sent in its order. Workers write to it once, when they are done.
class Ledger {
 public:
  Ledger(unsigned producers, unsigned consumers, std::pmr::memory_resource* memory)
      : producers_(producers),
        stride_((producers / row_words + 2) * row_words),
        ends_(producers + consumers, memory),
        seen_(stride_ * consumers, memory) {}

  Receiver receiver(unsigned consumer) { return {&seen_[stride_ * consumer], producers_}; }

  void close(unsigned producer, const Sender& sender, std::uint64_t retries) {
    ends_[producer] = {sender.sums(), 0, retries};
  }
  void close(unsigned consumer, const Receiver& receiver, std::uint64_t retries) {
    ends_[producers_ + consumer] = {receiver.sums(), receiver.reordered(), retries};
  }

  /// Throws CheckFailed.
  void check(bool in_order) const {
    Sums pushed;
    Sums popped;
    for (unsigned id = 0; id < ends_.size(); ++id) {
      const End& end = ends_[id];
      if (in_order && end.reordered != 0) {
        throw CheckFailed("consumer " + std::to_string(id - producers_) + " got " +
                          std::to_string(end.reordered) + " messages of one producer out of order");
      }
      (id < producers_ ? pushed : popped).add(end.sums);
    }
    check_conserved(pushed, popped);
  }

  /// Per message: attempts that found the queue full or empty, and messages out of order.
  void add_details(Details& details) const {
    double full = 0;
    double empty = 0;
    double reordered = 0;
    double messages = 0;
    for (unsigned id = 0; id < ends_.size(); ++id) {
      (id < producers_ ? full : empty) += static_cast<double>(ends_[id].retries);
      reordered += static_cast<double>(ends_[id].reordered);
      if (id >= producers_) messages += static_cast<double>(ends_[id].sums.messages);
    }
    if (messages == 0) return;
    details["retries_full_per_op"] = full / messages;
    details["retries_empty_per_op"] = empty / messages;
    if (reordered != 0) details["reordered_per_op"] = reordered / messages;
  }

 private:
  struct End {
    Sums sums;
    std::uint64_t reordered = 0;
    std::uint64_t retries = 0;
  };

  static constexpr std::size_t row_words = 2 * internal::cache_line_size / sizeof(std::uint64_t);

  const unsigned producers_;
  const std::size_t stride_;  // far enough that no two consumers write to one cache line
  std::pmr::vector<End> ends_;
  std::pmr::vector<std::uint64_t> seen_;  // by consumer, then by producer
};

}  // namespace contend::workloads
