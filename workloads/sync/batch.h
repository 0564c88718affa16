#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "workloads/sync/transfer.h"

namespace contend::workloads {

/// Throughput over the forms that take and give several messages at once, waiting awake. Beside Throughput, which is
/// a batch of one. An operation is a message popped.
template <class Q>
class Batch : public Transfer<Q, Batch<Q>> {
  using Base = Transfer<Q, Batch<Q>>;
  friend Base;
  using typename Base::Message;

 public:
  static constexpr std::string_view name = "batch";
  static constexpr bool has_waits = false;
  static constexpr bool fits = BatchQueue<Access<Q>>;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const Sides sides : lone_and_crowded(worker_counts)) {
      result.push_back({sides.producers + sides.consumers,
                        transfer_args(sides, usual_capacity, SpinWait::name, {{"batch", "16"}}), Tier::full});
    }
    return result;
  }

  using Base::Base;

 private:
  static constexpr std::size_t size = 16;  // the argument `batch`

  template <class H, class Wait>
  Sender produce(const Worker& worker, H& queue, Wait& wait) {
    Sender sender(worker.id());
    std::array<Message, size> batch;
    while (worker.running()) {
      for (Message& message : batch) message = message_of<Message>(sender.next());
      for (std::span<Message> left(batch); !left.empty();) {
        std::size_t pushed = 0;
        spin_until([&] { return (pushed = queue.try_push_n(left)) != 0; }, wait.retries);
        left = left.subspan(pushed);
      }
    }
    this->end_stream(queue, wait);
    return sender;
  }

  template <class H, class Wait>
  Receiver consume(Worker& worker, H& queue, Wait& wait, Receiver receiver) {
    Tally tally(worker);
    const auto take = this->counting(receiver, tally);
    std::array<Message, size> batch;
    unsigned ends = 0;
    while (ends == 0) {
      std::size_t popped = 0;
      spin_until([&] { return (popped = queue.try_pop_n(batch.data(), size)) != 0; }, wait.retries);
      for (const Message& message : std::span(batch).first(popped)) {
        if (number_of(message) == last_message) {
          ++ends;
        } else {
          take(number_of(message));
        }
      }
    }
    this->drain(queue, wait, ends, take);
    return receiver;
  }
};

}  // namespace contend::workloads
