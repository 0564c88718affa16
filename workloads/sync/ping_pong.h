#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/queue_access.h"

namespace contend::workloads {

/// Two workers and two queues: one asks, the other answers. An operation is a round trip, and so is a wait.
template <class Q>
class PingPong {
  static_assert(FifoQueue<Access<Q>>);

 public:
  using Subject = Q;

  static constexpr std::string_view name = "ping_pong";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const char* wait : waits_of<Q>()) result.push_back({2, args(wait)});
    if constexpr (BlockingQueue<Access<Q>>) result.push_back({2, args(AdaptiveWait::name), Tier::full});
    return result;
  }

  explicit PingPong(const Setup& setup)
      : questions_(make_queue<Q>(setup.args.count("capacity"), setup.memory)),
        answers_(make_queue<Q>(setup.args.count("capacity"), setup.memory)),
        wait_(setup.args.text("wait")) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Handle<Q> questions(questions_);
    Handle<Q> answers(answers_);
    with_any_wait<Q>(wait_, [&](auto wait) {
      if (worker.id() == 0) {
        ask(worker, questions, answers, wait, probe);
      } else {
        answer(questions, answers, wait);
      }
    });
  }

  bool counts(unsigned worker) const { return worker == 0; }

  void check(const RoundResult& /*result*/) const {
    if (wrong_ != 0) throw CheckFailed(std::to_string(wrong_) + " answers did not belong to their questions");
  }

 private:
  static constexpr std::uint64_t stop = ~std::uint64_t{0};

  static Args args(const char* wait) { return {{"capacity", "16"}, {"wait", wait}}; }

  static std::uint64_t answer_to(std::uint64_t question) { return question * 3 + 1; }

  template <class H, class Wait, class Probe>
  void ask(Worker& worker, H& questions, H& answers, Wait wait, Probe& probe) {
    Tally tally(worker);
    std::uint64_t question = 0;
    do {
      std::uint64_t got = 0;
      probe.timed([&] {
        wait.push(questions, question);
        got = wait.pop(answers);
      });
      if (got != answer_to(question)) ++wrong_;
      ++question;
    } while (tally.one());
    wait.push(questions, stop);
  }

  template <class H, class Wait>
  void answer(H& questions, H& answers, Wait wait) {
    for (std::uint64_t question = wait.pop(questions); question != stop; question = wait.pop(questions)) {
      wait.push(answers, answer_to(question));
    }
  }

  alignas(2 * internal::cache_line_size) Q questions_;
  alignas(2 * internal::cache_line_size) Q answers_;
  alignas(2 * internal::cache_line_size) const std::string wait_;
  std::uint64_t wrong_ = 0;
};

}  // namespace contend::workloads
