#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/shared_memory.h"

namespace contend::internal {

/// Where the workers of a process pool sleep while there is nothing to do: one word for each, in shared
/// memory, so that a worker that dies in its sleep leaves no wrong count behind.
///
///   | word     | means                                             | changed to         | by          |
///   | starting | forked, has not come to its work yet              | awake              | the worker  |
///   | awake    | works or looks for work, and will look once more  | asleep             | the worker  |
///   | asleep   | found nothing; sleeps unless woken                | awake              | the parent  |
///
/// No wake-up is lost: a worker says `asleep` and then looks for work; who brings work publishes it and then
/// looks for sleepers. Both are seq_cst, so at least one of the two sees the other.
template <class P = SharedPlatform>
class WorkerSeats {
 public:
  enum State : std::uint32_t { starting, awake, asleep };

  explicit WorkerSeats(std::size_t workers) : seats_(workers) {}

  void start(unsigned worker) { seats_[worker].word.store(awake); }

  /// Forgets the worker, for the next one of this seat. Returns whether it had started.
  bool vacate(unsigned worker) { return seats_[worker].word.exchange(starting) != starting; }

  /// Sleeps until woken, for `at_most`, or not at all if `find_work()`, called after the announcement, is
  /// true.
  template <class FindWork>
  void sleep(unsigned worker, std::chrono::nanoseconds at_most, FindWork find_work) {
    typename P::Word& word = seats_[worker].word;
    word.store(asleep);
    if (!find_work()) P::wait(word, asleep, Deadline::after(at_most));
    word.store(awake);
  }

  /// After `items` were published: wakes as many sleepers as there are more items than workers awake.
  void wake_for(std::size_t items) {
    const auto sleeping = static_cast<std::size_t>(std::ranges::count(seats_, true, is_asleep));
    std::size_t to_wake = std::min(items, seats_.size());
    to_wake -= std::min(to_wake, seats_.size() - sleeping);
    for (Seat& seat : seats_) {
      if (to_wake == 0) return;
      if (wake(seat)) --to_wake;
    }
  }

  void wake_sleepers() {
    for (Seat& seat : seats_) wake(seat);
  }

 private:
  struct alignas(cache_line_size) Seat {
    typename P::Word word;
  };

  static bool is_asleep(const Seat& seat) { return seat.word.load() == asleep; }

  static bool wake(Seat& seat) {
    std::uint32_t expected = asleep;
    if (!is_asleep(seat) || !seat.word.compare_exchange_strong(expected, awake)) return false;
    P::wake(seat.word, 1);
    return true;
  }

  SharedArray<Seat> seats_;
};

}  // namespace contend::internal
