#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>

namespace contend::internal {

/// How many pushed items are done with. Together with the number of pushes, which somebody else keeps, it says whether
/// there is unfinished work. One word:
///
/// | bits    | holds                                                                                      |
/// |---------|--------------------------------------------------------------------------------------------|
/// | 1 to 63 | how many are done                                                                          |
/// | 0       | somebody may be waiting for the last: from now on the count is changed under a lock only |
///
/// Without the bit, whoever adds to the count does not touch the queue afterwards, so that a thread which finds no
/// unfinished work may destroy it at once.
template <class P>
class TaskCount {
 public:
  std::uint64_t done() const noexcept { return word_.load() / one; }

  /// Adds one, unless somebody waits. `count_pushed()` is called where `surely_pushed` is not enough to tell that
  /// there is something unfinished. Throws std::logic_error where there is not.
  template <class CountPushed>
  bool try_add(std::uint64_t surely_pushed, CountPushed count_pushed) {
    std::uint64_t word = word_.load();
    do {
      if ((word & awaited) != 0) return false;
      require_unfinished(word, surely_pushed, count_pushed);
    } while (!word_.compare_exchange_weak(word, word + one));
    return true;
  }

  /// The same with the lock held, also where somebody waits. True: it was the last, and nobody waits any more.
  bool add(std::uint64_t pushed) {
    std::uint64_t word = word_.load();
    do {
      require_unfinished(word, pushed, [pushed] { return pushed; });
    } while (!word_.compare_exchange_weak(word, after(word, 1, pushed)));
    return word / one + 1 == pushed;
  }

  /// With the lock held: adds as many as are unfinished, but at most `count`. True: nothing is unfinished now.
  bool add_up_to(std::uint64_t count, std::uint64_t pushed) noexcept {
    std::uint64_t word = word_.load();
    while (!word_.compare_exchange_weak(word, after(word, count, pushed))) {
    }
    return pushed - word / one <= count;
  }

  /// With the lock held: whether nothing is unfinished. If something is, who waits will be told.
  bool has_finished(std::uint64_t pushed) noexcept {
    return done() == pushed || word_.fetch_or(awaited) / one == pushed;
  }

 private:
  static constexpr std::uint64_t awaited = 1;
  static constexpr std::uint64_t one = 2;

  static std::uint64_t after(std::uint64_t word, std::uint64_t count, std::uint64_t pushed) noexcept {
    return count < pushed - word / one ? word + count * one : pushed * one;
  }

  template <class CountPushed>
  static void require_unfinished(std::uint64_t word, std::uint64_t surely_pushed, CountPushed count_pushed) {
    if (word / one < surely_pushed || word / one < count_pushed()) return;
    throw std::logic_error("Queue::task_done: no task is unfinished; call it once per popped item");
  }

  typename P::template Atomic<std::uint64_t> word_{0};
};

}  // namespace contend::internal
