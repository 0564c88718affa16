#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/queue_access.h"

namespace contend::workloads {

/// Producers push numbered messages as fast as they can, consumers pop them. An operation is a message
/// popped.
///
/// Every consumer checks that what one producer sent arrives in order; in the end all that was pushed must
/// have been popped, and nothing else: the counts agree, and so do the sums of a hash over all messages.
template <class Q>
class Throughput {
  static_assert(FifoQueue<std::remove_reference_t<Handle<Q>>>);

 public:
  using Subject = Q;

  static constexpr std::string_view name = "throughput";
  static constexpr bool has_waits = false;

  /// Every pair of worker counts that, together, does not exceed the largest of them.
  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    const unsigned most = worker_counts.empty() ? 0 : std::ranges::max(worker_counts);
    std::vector<Shape> result;
    for (const unsigned producers : worker_counts) {
      for (const unsigned consumers : worker_counts) {
        if (producers + consumers <= most) add_shapes(producers, consumers, result);
      }
    }
    return result;
  }

  explicit Throughput(const Setup& setup)
      : queue_(make_queue<Q>(setup.args.count("capacity"), setup.memory)),
        producers_(setup.args.count("producers")),
        consumers_(setup.args.count("consumers")),
        wait_(setup.args.text("wait")),
        ends_(producers_ + consumers_, setup.memory),
        seen_(producers_ * consumers_, setup.memory) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    Handle<Q> queue(queue_);
    with_wait<Q>(wait_, [&](auto wait) {
      if (worker.id() < producers_) {
        produce(worker, queue, wait);
      } else {
        consume(worker, queue, wait);
      }
    });
  }

  bool counts(unsigned worker) const { return worker >= producers_; }

  void check(const RoundResult& /*result*/) const {
    Sums pushed;
    Sums popped;
    for (unsigned id = 0; id < ends_.size(); ++id) {
      const End& end = ends_[id];
      if (end.reordered != 0) {
        throw CheckFailed("consumer " + std::to_string(id - producers_) + " got " +
                          std::to_string(end.reordered) + " messages of one producer out of order");
      }
      (counts(id) ? popped : pushed).add(end.sums);
    }
    if (pushed.messages != popped.messages || pushed.hash != popped.hash) {
      throw CheckFailed("messages were lost, repeated or changed: " + std::to_string(pushed.messages) +
                        " pushed, " + std::to_string(popped.messages) + " popped");
    }
  }

 private:
  static constexpr std::uint64_t last = ~std::uint64_t{0};  // one for every consumer, after all else
  static constexpr int sequence_bits = 48;

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
  };

  /// What one worker saw, told once, when it is done.
  struct End {
    Sums sums;
    std::uint64_t reordered = 0;
  };

  static void add_shapes(unsigned producers, unsigned consumers, std::vector<Shape>& shapes) {
    for (const char* wait : waits_of<Q>()) {
      shapes.push_back({producers + consumers,
                        {{"producers", std::to_string(producers)},
                         {"consumers", std::to_string(consumers)},
                         {"capacity", "1024"},
                         {"wait", wait}}});
    }
  }

  template <class H, class Wait>
  void produce(Worker& worker, H& queue, Wait) {
    Sums sums;
    std::uint64_t message = std::uint64_t{worker.id()} << sequence_bits;
    while (worker.running()) {
      Wait::push(queue, ++message);
      sums.add(message);
    }
    ends_[worker.id()].sums = sums;
    if (done_.fetch_add(1) + 1 == producers_) {
      for (unsigned i = 0; i < consumers_; ++i) Wait::push(queue, last);
    }
  }

  template <class H, class Wait>
  void consume(Worker& worker, H& queue, Wait) {
    End end;
    Tally tally(worker);
    std::uint64_t* const seen = &seen_[(worker.id() - producers_) * producers_];
    for (std::uint64_t message = Wait::pop(queue); message != last; message = Wait::pop(queue)) {
      std::uint64_t& before = seen[std::min<std::uint64_t>(message >> sequence_bits, producers_ - 1)];
      end.reordered += before >= message;
      before = message;
      end.sums.add(message);
      tally.one();
    }
    ends_[worker.id()] = end;
  }

  alignas(2 * internal::cache_line_size) Q queue_;
  alignas(2 * internal::cache_line_size) const unsigned producers_;
  const unsigned consumers_;
  const std::string wait_;
  std::pmr::vector<End> ends_;
  std::pmr::vector<std::uint64_t> seen_;  // by consumer, then by producer
  alignas(2 * internal::cache_line_size) std::atomic<unsigned> done_{0};
};

}  // namespace contend::workloads
