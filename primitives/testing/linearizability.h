#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

// Whether there is an order, one that respects what came before what in real time, in which a recorded
// history of calls makes sense for a bounded queue. Tries all orders (Wing and Gong
// 1993), each set of calls and contents once (Lowe 2017): for histories of some twenty calls.
namespace contend::testing {

struct QueueCall {
  enum class Kind { push, pop };

  Kind kind;
  /// What went in or came out; empty for a pop that found nothing, and for a push that was refused.
  std::optional<int> item;
  /// Points on one clock that every call and every return advances.
  std::uint64_t called;
  std::uint64_t returned;
};

/// What a failed try may mean.
enum class Failure {
  exact,           ///< full or empty at some moment of the call
  may_be_in_doubt  ///< or else a call of the other kind was in progress at some moment of the call
};

/// Which of its items a queue gives out.
enum class Next { oldest, newest, smallest };

class QueueHistoryChecker {
 public:
  QueueHistoryChecker(std::vector<QueueCall> calls, std::size_t capacity, Failure failure,
                      Next next = Next::oldest)
      : calls_(std::move(calls)), capacity_(capacity), failure_(failure), next_(next) {}

  /// Up to 64 calls.
  bool is_linearizable() {
    tried_.clear();
    return can_finish(0, {});
  }

 private:
  using Set = std::uint64_t;
  using Contents = std::deque<int>;

  static bool has(Set set, std::size_t index) { return (set >> index & 1) != 0; }

  bool can_finish(Set done, const Contents& contents) {
    if (done == all()) return true;
    if (!tried_.emplace(done, contents).second) return false;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (has(done, i) || !may_be_next(done, i)) continue;
      if (auto after = apply(calls_[i], contents)) {
        if (can_finish(done | Set{1} << i, *after)) return true;
      }
    }
    return false;
  }

  Set all() const { return calls_.size() == 64 ? ~Set{0} : (Set{1} << calls_.size()) - 1; }

  /// Not if another that is still to come had returned before this one was called.
  bool may_be_next(Set done, std::size_t index) const {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (!has(done, i) && calls_[i].returned < calls_[index].called) return false;
    }
    return true;
  }

  /// The contents afterwards; nothing where the call could not have had its result.
  std::optional<Contents> apply(const QueueCall& call, Contents contents) const {
    const bool is_push = call.kind == QueueCall::Kind::push;
    if (!call.item) {
      const bool exact = is_push ? contents.size() == capacity_ : contents.empty();
      if (!exact && !is_in_doubt(call)) return std::nullopt;
    } else if (is_push) {
      if (contents.size() == capacity_) return std::nullopt;
      contents.push_back(*call.item);
    } else {
      const auto next = next_of(contents);
      if (next == contents.end() || *next != *call.item) return std::nullopt;
      contents.erase(next);
    }
    return contents;
  }

  Contents::iterator next_of(Contents& contents) const {
    if (next_ == Next::smallest) return std::ranges::min_element(contents);
    return next_ == Next::oldest || contents.empty() ? contents.begin() : contents.end() - 1;
  }

  bool is_in_doubt(const QueueCall& call) const {
    return failure_ == Failure::may_be_in_doubt && std::ranges::any_of(calls_, [&](const QueueCall& other) {
             return other.kind != call.kind && other.called < call.returned && call.called < other.returned;
           });
  }

  std::vector<QueueCall> calls_;
  std::size_t capacity_;
  Failure failure_;
  Next next_;
  std::set<std::pair<Set, Contents>> tried_;
};

/// Does calls on a queue for one thread and writes down what came of them.
template <class Queue>
class CallRecorder {
 public:
  CallRecorder(Queue& queue, std::atomic<std::uint64_t>& clock) : queue_(queue), clock_(clock) {}

  void push(int item) {
    const std::uint64_t called = ++clock_;
    const bool pushed = queue_.try_push(item);
    note(QueueCall::Kind::push, pushed ? std::optional(item) : std::nullopt, called);
  }

  void pop() {
    const std::uint64_t called = ++clock_;
    note(QueueCall::Kind::pop, queue_.try_pop(), called);
  }

  const std::vector<QueueCall>& calls() const { return calls_; }

 private:
  void note(QueueCall::Kind kind, std::optional<int> item, std::uint64_t called) {
    calls_.push_back({.kind = kind, .item = item, .called = called, .returned = ++clock_});
  }

  Queue& queue_;
  std::atomic<std::uint64_t>& clock_;
  std::vector<QueueCall> calls_;
};

template <class Queue>
std::vector<QueueCall> all_calls(const std::vector<CallRecorder<Queue>>& recorders) {
  std::vector<QueueCall> all;
  for (const auto& recorder : recorders)
    all.insert(all.end(), recorder.calls().begin(), recorder.calls().end());
  return all;
}

}  // namespace contend::testing
