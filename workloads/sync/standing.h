#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/messages.h"
#include "workloads/sync/queue_access.h"
#include "workloads/sync/standing_items.h"

namespace contend::workloads {

/// A queue with many items in it, and workers that each push one and pop one, over and over, so that it stays as full. An
/// operation is a push and a pop.
///
/// Nothing may be lost or repeated. The order is checked in two places: in what a lone worker pops, and at the end, when
/// the last worker to finish empties the queue.
template <class Q>
class Standing {
  static_assert(FifoQueue<Access<Q>>, "the order is Q::order's; the forms are the same");

 public:
  using Subject = Q;

  static constexpr std::string_view name = "standing";
  static constexpr bool has_waits = false;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : worker_counts) {
      for (const char* items : {"10000", "100000"}) {
        const bool decides =
            Q::order == Order::smallest_first && workers == 2 && std::string_view(items) == "10000";
        result.push_back({workers, {{"items", items}}, decides ? Tier::quick : Tier::full});
      }
    }
    return result;
  }

  explicit Standing(const Setup& setup)
      : queue_(make_queue<Q>(setup.args.count("items") + spare_room, setup.memory)) {
    Handle<Q> queue(queue_);
    Sums pushed;
    for (unsigned i = 0; i < setup.args.count("items"); ++i) {
      const std::uint64_t item = Items::initial(i);
      if (queue.try_push(std::uint64_t{item})) pushed.add(item);
    }
    pushed_.add(pushed);
  }

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    Handle<Q> queue(queue_);
    push_and_pop(worker, queue);
    if (finished_.fetch_add(1) + 1 == worker.count()) empty(queue);
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& /*result*/) const {
    if (misplaced_ != 0) {
      throw CheckFailed(std::to_string(misplaced_) + " items came out before others that were due");
    }
    check_conserved(pushed_.get(), popped_.get());
  }

 private:
  using Items = StandingItems<Q::order>;

  static constexpr unsigned spare_room = 64;

  /// Added to by every worker once.
  class SharedSums {
   public:
    void add(const Sums& sums) {
      messages_ += sums.messages;
      hash_ += sums.hash;
    }
    Sums get() const { return {messages_, hash_}; }

   private:
    std::atomic<std::uint64_t> messages_{0};
    std::atomic<std::uint64_t> hash_{0};
  };

  template <class H>
  void push_and_pop(Worker& worker, H& queue) {
    const bool alone = worker.count() == 1;
    Tally tally(worker);
    Items items(worker.id());
    SpinWait wait;
    Sums pushed;
    Sums popped;
    std::uint64_t misplaced = 0;
    do {
      const std::uint64_t item = items.next();
      wait.push(queue, item);
      pushed.add(item);
      const std::uint64_t taken = wait.pop(queue);
      popped.add(taken);
      misplaced += alone && !items.is_due(taken);
      items.took(taken);
    } while (tally.one());
    pushed_.add(pushed);
    popped_.add(popped);
    misplaced_ += misplaced;
  }

  template <class H>
  void empty(H& queue) {
    DrainOrder<Q::order> order;
    Sums popped;
    while (const std::optional<std::uint64_t> item = queue.try_pop()) {
      popped.add(*item);
      if (!order.follows(*item)) ++misplaced_;
    }
    popped_.add(popped);
  }

  alignas(2 * internal::cache_line_size) Q queue_;
  alignas(2 * internal::cache_line_size) SharedSums pushed_;
  SharedSums popped_;
  std::atomic<std::uint64_t> misplaced_{0};
  std::atomic<unsigned> finished_{0};
};

}  // namespace contend::workloads
