#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/messages.h"
#include "workloads/sync/queue_access.h"

namespace contend::workloads {

/// A consumer waits on an empty queue, where every few milliseconds there is a message. What it costs the CPU meanwhile is
/// `idle_cpu_share`; a wait is the time from the push until the consumer has the message. An operation is a message.
template <class Q>
class IdleConsumer {
  static_assert(FifoQueue<Access<Q>>);

 public:
  using Subject = Q;

  static constexpr std::string_view name = "idle_consumer";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const char* wait : waits_of<Q>()) {
      result.push_back(
          {2,
           {{"interval_ms", std::to_string(interval.count())}, {"capacity", "16"}, {"wait", wait}},
           Tier::full});
    }
    return result;
  }

  explicit IdleConsumer(const Setup& setup)
      : queue_(make_queue<Q>(setup.args.count("capacity"), setup.memory)),
        wait_(setup.args.text("wait")),
        ledger_(1, 1, setup.memory) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    Handle<Q> queue(queue_);
    with_wait<Q>(wait_, [&](auto wait) {
      if (worker.id() == 0) {
        push_now_and_then(worker, queue, wait);
      } else {
        await(worker, queue, wait);
      }
    });
  }

  bool counts(unsigned worker) const { return worker == 1; }
  void check(const RoundResult& /*result*/) const { ledger_.check(promises_order<Q>()); }
  void add_details(const RoundResult& /*result*/, Details& details) const {
    details["idle_cpu_share"] = cpu_share_;
  }

 private:
  static constexpr std::chrono::milliseconds interval{5};

  static double cpu_ns_of_this_thread() {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return 1e9 * static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec);
  }

  template <class H, class Wait>
  void push_now_and_then(const Worker& worker, H& queue, Wait& wait) {
    Sender sender(0);
    for (; worker.running(); std::this_thread::sleep_for(interval)) {
      // Relaxed: the consumer reads it after it has popped the message.
      pushed_ns_.store(now_ns(), std::memory_order_relaxed);
      wait.push(queue, sender.next());
    }
    wait.push(queue, last_message);
    ledger_.close(0, sender, wait.retries);
  }

  template <class H, class Wait>
  void await(Worker& worker, H& queue, Wait& wait) {
    Receiver receiver = ledger_.receiver(0);
    const double cpu_begin = cpu_ns_of_this_thread();
    const std::uint64_t begin = now_ns();
    std::uint64_t received = 0;
    for (std::uint64_t m = wait.pop(queue); m != last_message; m = wait.pop(queue)) {
      // Relaxed: see push_now_and_then().
      worker.waits().record(now_ns() - pushed_ns_.load(std::memory_order_relaxed));
      receiver.take(m);
      worker.publish(++received);
    }
    cpu_share_ = (cpu_ns_of_this_thread() - cpu_begin) / static_cast<double>(now_ns() - begin);
    ledger_.close(0, receiver, wait.retries);
  }

  alignas(2 * internal::cache_line_size) Q queue_;
  alignas(2 * internal::cache_line_size) const std::string wait_;
  Ledger ledger_;
  std::atomic<std::uint64_t> pushed_ns_{0};
  double cpu_share_ = 0;
};

}  // namespace contend::workloads
