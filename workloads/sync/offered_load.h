#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/histogram.h"
#include "workloads/sync/send_schedule.h"
#include "workloads/sync/transfer.h"

namespace contend::workloads {

/// An open loop: the producer pushes when a message is due, not when the queue is ready for it, and a wait is the time from
/// then until the message is popped. Beside the closed loops, which stop sending while the queue is slow and so never
/// see what an arrival at that moment would wait.
///
/// The throughput round is the same loop with everything due at once: it finds out what the queue can take, the two
/// clock readings per message included. The latency round offers a percentage of that. It tells how late the
/// generator itself was, and `saturated`, in which case there is no latency to tell of: the backlog only grew.
template <class Q>
class OfferedLoad : public Transfer<Q, OfferedLoad<Q>> {
  using Base = Transfer<Q, OfferedLoad<Q>>;
  friend Base;
  using typename Base::Message;

 public:
  static constexpr std::string_view name = "offered_load";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const char* wait : waits_of<Q>()) {
      for (const char* percent : {"10", "50", "90"}) {
        result.push_back(
            {2, transfer_args({1, 1}, usual_capacity, wait, {{"load_percent", percent}}), Tier::full});
      }
    }
    return result;
  }

  explicit OfferedLoad(const Setup& setup)
      : Base(setup),
        per_second_(setup.saturated_per_s * setup.args.number("load_percent") / 100),
        schedule_(per_second_) {}

  void add_details(const RoundResult& result, Details& details) const {
    Base::add_details(result, details);
    if (per_second_ == 0) return;
    details["offered_per_s"] = per_second_;
    details["sent_of_offered"] = sent_of_due_;
    details["saturated"] = sent_of_due_ < least_sent_of_due ? 1 : 0;
    add_lag(details);
  }

 private:
  static constexpr double least_sent_of_due = 0.95;

  template <class H, class Wait>
  Sender produce(const Worker& worker, H& queue, Wait& wait) {
    Sender sender(worker.id());
    const std::uint64_t begin = now_ns();
    // Relaxed: the consumer reads it after it has popped a message that was pushed after it.
    begin_ns_.store(begin, std::memory_order_relaxed);
    std::uint64_t sent = 0;
    std::uint64_t now = begin;
    for (; worker.running(); ++sent) {
      const std::uint64_t due = begin + schedule_.due_ns(sent);
      spin_until([&] { return (now = now_ns()) >= due || !worker.running(); });
      if (now < due) break;
      lag_.record(now - due);
      wait.push(queue, message_of<Message>(sender.next()));
    }
    const double due_by_now = per_second_ * 1e-9 * static_cast<double>(now - begin);
    sent_of_due_ = due_by_now < 1 ? 1 : static_cast<double>(sent) / due_by_now;
    this->end_stream(queue, wait);
    return sender;
  }

  template <class H, class Wait>
  Receiver consume(Worker& worker, H& queue, Wait& wait, Receiver receiver) {
    Tally tally(worker);
    Histogram& waits = worker.waits();
    constexpr std::uint64_t sequence_mask = (std::uint64_t{1} << sequence_bits) - 1;
    const auto count = this->counting(receiver, tally);
    this->take_all(queue, wait, [&](std::uint64_t message) {
      const std::uint64_t now = now_ns();
      // Relaxed: see produce().
      const std::uint64_t due =
          begin_ns_.load(std::memory_order_relaxed) + schedule_.due_ns((message & sequence_mask) - 1);
      waits.record(now < due ? 0 : now - due);
      count(message);
    });
    return receiver;
  }

  /// How late the generator came to a message. Where the queue was full before, that is the queue's doing.
  void add_lag(Details& details) const {
    const auto add = [&](const char* counter, double q) {
      if (const auto ns = lag_.quantile(q, Weighting::per_operation)) details[counter] = *ns;
    };
    add("generator_lag_p50_ns", 0.5);
    add("generator_lag_p99_ns", 0.99);
    details["generator_lag_max_ns"] = static_cast<double>(lag_.max());
  }

  const double per_second_;
  const SendSchedule schedule_;
  alignas(2 * internal::cache_line_size) std::atomic<std::uint64_t> begin_ns_{0};
  alignas(2 * internal::cache_line_size) Histogram lag_;
  double sent_of_due_ = 1;
};

}  // namespace contend::workloads
