#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "workloads/sync/transfer.h"

namespace contend::workloads {

/// How consumers learn that nothing will come any more: each gets a sentinel, or the queue is closed. Until then it is
/// Throughput, blocking. Beside the throughput, `end_ns`: from the end, told to consumers asleep on an empty queue, until
/// the last of them knows.
template <class Q>
class Ending : public Transfer<Q, Ending<Q>> {
  using Base = Transfer<Q, Ending<Q>>;
  friend Base;
  using typename Base::Message;

 public:
  static constexpr std::string_view name = "ending";
  static constexpr bool has_waits = false;
  static constexpr bool fits = BlockingQueue<Access<Q>>;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const Sides sides : lone_and_crowded(worker_counts)) {
      add_shape(sides, sentinel, result);
      if constexpr (ClosableQueue<Access<Q>>) add_shape(sides, closed, result);
    }
    return result;
  }

  explicit Ending(const Setup& setup)
      : Base(setup), closes_(setup.args.text("end") == closed), left_ns_(this->consumers(), setup.memory) {}

  void add_details(const RoundResult& result, Details& details) const {
    Base::add_details(result, details);
    const std::uint64_t left_ns = std::ranges::max(left_ns_);
    details["end_ns"] = static_cast<double>(left_ns - std::min(left_ns, told_ns_));
  }

 private:
  static constexpr const char* sentinel = "sentinel";
  static constexpr const char* closed = "close";

  static void add_shape(Sides sides, const char* end, std::vector<Shape>& shapes) {
    shapes.push_back({sides.producers + sides.consumers,
                      transfer_args(sides, usual_capacity, BlockWait::name, {{"end", end}}), Tier::full});
  }

  template <class H, class Wait>
  Sender produce(const Worker& worker, H& queue, Wait& wait) {
    constexpr std::chrono::milliseconds until_consumers_sleep(2);
    Sender sender(worker.id());
    while (worker.running()) wait.push(queue, message_of<Message>(sender.next()));
    if (!this->last_to_finish()) return sender;
    std::this_thread::sleep_for(until_consumers_sleep);
    told_ns_ = now_ns();
    if constexpr (ClosableQueue<H>) {
      if (closes_) {
        queue.close();
        return sender;
      }
    }
    this->push_last(queue, wait);
    return sender;
  }

  template <class H, class Wait>
  Receiver consume(Worker& worker, H& queue, Wait& wait, Receiver receiver) {
    Tally tally(worker);
    const auto take = this->counting(receiver, tally);
    for (auto message = queue.pop(); message; message = queue.pop()) {
      if (number_of(*message) == last_message) {
        this->drain(queue, wait, 1, take);
        break;
      }
      take(number_of(*message));
    }
    left_ns_[worker.id() - this->producers()] = now_ns();
    return receiver;
  }

  const bool closes_;
  std::uint64_t told_ns_ = 0;
  std::pmr::vector<std::uint64_t> left_ns_;  // when each consumer knew
};

}  // namespace contend::workloads
