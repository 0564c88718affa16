#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "primitives/internal/barrier_state.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/futex.h"
#include "primitives/internal/offer_cpu.h"
#include "primitives/internal/spin_until.h"

namespace contend::internal {

/// How often who waits for a round offers its CPU before it sleeps. A platform may have its own, so that a sleep is
/// reached soon.
template <class P>
inline constexpr int most_offers = [] {
  if constexpr (requires { P::most_offers; }) {
    return P::most_offers;
  } else {
    return 64;
  }
}();

/// Which round a barrier's threads may know to have begun: what waiters look at and sleep on. Twice the round,
/// plus the mark that somebody may sleep. It follows the round that the barrier has decided upon, and may be
/// behind it for a moment.
template <class P>
class BarrierPhase {
 public:
  std::uint32_t round() const noexcept { return word_.load() / one_round; }

  /// Whether a later round has begun.
  bool is_past(std::uint32_t round) const noexcept {
    // Acquire pairs with the release in publish().
    return is_past(word_.load(std::memory_order_acquire), round);
  }

  /// Waits awake first, for about as long as a wake-up takes. After `pauses`, those of the round that have no CPU get
  /// this one: a switch to them costs less than a sleep and a wake-up, and where all have arrived by then, nobody
  /// sleeps at all. False: the deadline has passed first.
  bool await_past(std::uint32_t round, Deadline deadline, int pauses) {
    auto is_over = [&] { return is_past(round) || deadline.has_passed(); };
    bool over = spin_until<P>(is_over, pauses);
    int offers = 0;
    for (; !over && offers < most_offers<P> && offer_cpu<P>(); ++offers) over = is_over();
    const bool may_go_on = !over && pauses > 0 && offers < most_offers<P>;
    if (may_go_on) spin_until<P>(is_over, P::longest_spin - pauses);
    return sleep_past(round, deadline);
  }

  /// False: the deadline has passed first.
  bool sleep_past(std::uint32_t round, Deadline deadline) {
    while (true) {
      // Acquire pairs with the release in publish().
      std::uint32_t seen = word_.load(std::memory_order_acquire);
      if (is_past(seen, round)) return true;
      // Relaxed: it only makes publish() wake; the kernel compares the word again.
      if ((seen & sleepers) == 0 &&
          !word_.compare_exchange_weak(seen, seen | sleepers, std::memory_order_relaxed)) {
        continue;
      }
      if (P::wait(word_, seen | sleepers, deadline) == FutexResult::timed_out) return is_past(round);
    }
  }

  /// Lets go on who waits for `round`, which has ended. Touches nothing afterwards.
  void publish_end(std::uint32_t round) {
    // Who ended the round before, or a reset, may not have published this one yet, if other threads came in
    // between.
    sleep_past(BarrierState::before(round), Deadline::never());
    publish(BarrierState::after(round));
  }

  /// Begins the round. Touches nothing afterwards.
  void publish(std::uint32_t round) noexcept {
    // Release pairs with the acquire of the waiters; acquire keeps it behind what the round's threads did.
    if ((word_.exchange(round * one_round, std::memory_order_acq_rel) & sleepers) != 0) {
      P::wake(word_, std::numeric_limits<int>::max());
    }
  }

 private:
  static constexpr std::uint32_t sleepers = 1;
  static constexpr std::uint32_t one_round = 2;

  static bool is_past(std::uint32_t word, std::uint32_t round) noexcept {
    return static_cast<std::int32_t>((word & ~sleepers) - round * one_round) > 0;
  }

  typename P::Word word_{0};
};

}  // namespace contend::internal
