#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/messages.h"
#include "workloads/sync/queue_access.h"

namespace contend::workloads {

/// How many push, and how many pop.
struct Sides {
  unsigned producers;
  unsigned consumers;
};

/// Where one knob is turned and all else stays as it is: one of each, and as many of each as there are workers for.
inline std::vector<Sides> lone_and_crowded(std::span<const unsigned> worker_counts) {
  const unsigned most = worker_counts.empty() ? 0 : std::ranges::max(worker_counts);
  unsigned crowd = 0;
  for (const unsigned count : worker_counts) {
    if (2 * count <= most) crowd = std::max(crowd, count);
  }
  std::vector<Sides> result;
  if (most >= 2) result.push_back({1, 1});
  if (crowd > 1) result.push_back({crowd, crowd});
  return result;
}

/// The arguments that all transfers have, then those of one workload.
inline Args transfer_args(Sides sides, unsigned capacity, const char* wait, std::vector<Arg> more = {}) {
  std::vector<Arg> args{{"producers", std::to_string(sides.producers)},
                        {"consumers", std::to_string(sides.consumers)},
                        {"capacity", std::to_string(capacity)},
                        {"wait", wait}};
  args.insert(args.end(), more.begin(), more.end());
  return Args(args);
}

inline constexpr unsigned usual_capacity = 1024;

/// What the workloads have in common in which producers push numbered messages and consumers pop them: the queue,
/// the roles, the end of the stream, and the check that all that was pushed was popped once and in order. The workload
/// derives from it, and has both roles: produce(worker, queue, wait) returns its Sender, and consume(worker, queue, wait,
/// receiver) the Receiver. They are the measured loops, so what they count with is local to them.
template <class Q, class Workload>
class Transfer {
  static_assert(FifoQueue<Access<Q>>);

 public:
  using Subject = Q;
  using Message = MessageOf<Q>;

  explicit Transfer(const Setup& setup)
      : queue_(make_queue<Q>(setup.args.count("capacity"), setup.memory)),
        producers_(setup.args.count("producers")),
        consumers_(setup.args.count("consumers")),
        wait_(setup.args.text("wait")),
        ledger_(producers_, consumers_, setup.memory) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    Handle<Q> queue(queue_);
    auto& self = static_cast<Workload&>(*this);
    with_wait<Q>(wait_, [&](auto wait) {
      if (worker.id() < producers_) {
        const Sender sender = self.produce(worker, queue, wait);
        ledger_.close(worker.id(), sender, wait.retries);
      } else {
        const unsigned consumer = worker.id() - producers_;
        const Receiver receiver = self.consume(worker, queue, wait, ledger_.receiver(consumer));
        ledger_.close(consumer, receiver, wait.retries);
      }
    });
  }

  bool counts(unsigned worker) const { return worker >= producers_; }
  void check(const RoundResult& /*result*/) const { ledger_.check(promises_order<Q>()); }
  void add_details(const RoundResult& /*result*/, Details& details) const { ledger_.add_details(details); }

 protected:
  unsigned producers() const { return producers_; }
  unsigned consumers() const { return consumers_; }

  /// What a consumer does with a message: it goes into the books, and is an operation.
  static auto counting(Receiver& receiver, Tally& tally) {
    return [&](std::uint64_t message) {
      receiver.take(message);
      tally.one();
    };
  }

  /// A consumer's loop: hands each message to `take` until the stream has ended.
  template <class H, class Wait, class Take>
  void take_all(H& queue, Wait& wait, Take take) {
    for (auto message = number_of(wait.pop(queue)); message != last_message;
         message = number_of(wait.pop(queue))) {
      take(message);
    }
    drain(queue, wait, 1, take);
  }

  /// Whether the caller is the last producer to be done.
  bool last_to_finish() { return done_.fetch_add(1) + 1 == producers_; }

  template <class H, class Wait>
  void push_last(H& queue, Wait& wait) {
    for (unsigned i = 0; i < consumers_; ++i) wait.push(queue, message_of<Message>(last_message));
  }

  /// Tells the consumers that nothing will come any more. Each producer calls it once.
  template <class H, class Wait>
  void end_stream(H& queue, Wait& wait) {
    if (last_to_finish()) push_last(queue, wait);
  }

  /// A consumer's, once it has met a `last_message`, or several. Where the queue keeps no order between producers there may
  /// still be messages in it: they were all pushed before, so they are found now. The ends of others are put back.
  template <class H, class Wait, class Take>
  void drain(H& queue, Wait& wait, unsigned ends, Take take) {
    if constexpr (is_null<Q>) return;  // it is never empty
    while (const auto message = queue.try_pop()) {
      if (number_of(*message) == last_message) {
        ++ends;
      } else {
        take(number_of(*message));
      }
    }
    for (; ends > 1; --ends) wait.push(queue, message_of<Message>(last_message));
  }

 private:
  alignas(2 * internal::cache_line_size) Q queue_;
  alignas(2 * internal::cache_line_size) const unsigned producers_;
  const unsigned consumers_;
  const std::string wait_;
  Ledger ledger_;
  alignas(2 * internal::cache_line_size) std::atomic<unsigned> done_{0};
};

}  // namespace contend::workloads
