#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/sync/transfer.h"

namespace contend::workloads {

/// Three stages with a queue between each two: the first makes messages, the second marks them, the third looks for
/// the marks. An operation is a message that has come through.
template <class Q>
class Pipeline {
  static_assert(FifoQueue<Access<Q>>);

 public:
  using Subject = Q;

  static constexpr std::string_view name = "pipeline";
  static constexpr bool has_waits = false;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const char* wait : waits_of<Q>()) {
      result.push_back(
          {stages,
           {{"stages", std::to_string(stages)}, {"capacity", std::to_string(usual_capacity)}, {"wait", wait}},
           Tier::full,
           /*sharing=*/2});
    }
    return result;
  }

  explicit Pipeline(const Setup& setup)
      : made_(make_queue<Q>(setup.args.count("capacity"), setup.memory)),
        marked_(make_queue<Q>(setup.args.count("capacity"), setup.memory)),
        wait_(setup.args.text("wait")),
        ledger_(1, 1, setup.memory) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    Handle<Q> made(made_);
    Handle<Q> marked(marked_);
    with_wait<Q>(wait_, [&](auto wait) {
      switch (worker.id()) {
        case 0:
          return make(worker, made, wait);
        case 1:
          return pass_on(made, marked, wait);
        default:
          return finish(worker, marked, wait);
      }
    });
  }

  bool counts(unsigned worker) const { return worker == stages - 1; }

  void check(const RoundResult& /*result*/) const { ledger_.check(promises_order<Q>()); }
  void add_details(const RoundResult& /*result*/, Details& details) const { ledger_.add_details(details); }

 private:
  static constexpr unsigned stages = 3;
  static constexpr std::uint64_t mark = std::uint64_t{1} << (sequence_bits - 1);

  template <class H, class Wait>
  void make(const Worker& worker, H& made, Wait& wait) {
    Sender sender(0);
    while (worker.running()) wait.push(made, sender.next());
    wait.push(made, last_message);
    ledger_.close(0, sender, wait.retries);
  }

  template <class H, class Wait>
  static void pass_on(H& made, H& marked, Wait& wait) {
    for (std::uint64_t m = wait.pop(made); m != last_message; m = wait.pop(made)) wait.push(marked, m | mark);
    wait.push(marked, last_message);
  }

  /// A message without the mark becomes one that nobody sent.
  template <class H, class Wait>
  void finish(Worker& worker, H& marked, Wait& wait) {
    Tally tally(worker);
    Receiver receiver = ledger_.receiver(0);
    for (std::uint64_t m = wait.pop(marked); m != last_message; m = wait.pop(marked)) {
      receiver.take(m ^ mark);
      tally.one();
    }
    ledger_.close(0, receiver, wait.retries);
  }

  alignas(2 * internal::cache_line_size) Q made_;
  alignas(2 * internal::cache_line_size) Q marked_;
  alignas(2 * internal::cache_line_size) const std::string wait_;
  Ledger ledger_;
};

}  // namespace contend::workloads
