#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "workloads/sync/transfer.h"

namespace contend::workloads {

/// Producers push as fast as they can, consumers pop. An operation is a message popped.
template <class Q>
class Throughput : public Transfer<Q, Throughput<Q>> {
  using Base = Transfer<Q, Throughput<Q>>;
  friend Base;
  using typename Base::Message;

 public:
  static constexpr std::string_view name = "throughput";
  static constexpr bool has_waits = false;

  /// Every pair of worker counts; quick are those that, together, do not exceed the largest of them. The capacity is
  /// varied for few and for many.
  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    const unsigned most = worker_counts.empty() ? 0 : std::ranges::max(worker_counts);
    std::vector<Shape> result;
    for (const unsigned producers : worker_counts) {
      for (const unsigned consumers : worker_counts) {
        const Tier tier = producers + consumers <= most ? Tier::quick : Tier::full;
        add_shapes({producers, consumers}, usual_capacity, tier, result);
      }
    }
    for (const Sides sides : lone_and_crowded(worker_counts)) {
      for (const unsigned capacity : {16U, 65536U}) add_shapes(sides, capacity, Tier::full, result);
    }
    return result;
  }

  /// As many producers as consumers show whether a queue works between processes as well as within one.
  static Tier tier_between_processes(const Args& args) {
    return args.text("producers") == args.text("consumers") ? Tier::quick : Tier::full;
  }

  using Base::Base;

 private:
  static void add_shapes(Sides sides, unsigned capacity, Tier tier, std::vector<Shape>& shapes) {
    for (const char* wait : waits_of<Q>()) {
      shapes.push_back({sides.producers + sides.consumers, transfer_args(sides, capacity, wait), tier});
    }
  }

  template <class H, class Wait>
  Sender produce(const Worker& worker, H& queue, Wait& wait) {
    Sender sender(worker.id());
    while (worker.running()) wait.push(queue, message_of<Message>(sender.next()));
    this->end_stream(queue, wait);
    return sender;
  }

  template <class H, class Wait>
  Receiver consume(Worker& worker, H& queue, Wait& wait, Receiver receiver) {
    Tally tally(worker);
    this->take_all(queue, wait, this->counting(receiver, tally));
    return receiver;
  }
};

}  // namespace contend::workloads
