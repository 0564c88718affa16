#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace contend::internal {

/// The constants of Lock's waiting. A platform may have its own, so that a short schedule reaches all there
/// is.
struct LockTuning {
  std::size_t buckets = 512;
  /// Unlocks after the last waiter came to sleep before a bucket is calm or quiet again: together about the price of the
  /// heavy fence that the next one will pay for it.
  std::uint32_t undisturbed_unlocks = 1000;
  /// How long a waiter puts up with being overtaken, for each that waited before it and for itself.
  std::chrono::nanoseconds patience = std::chrono::milliseconds(1);
  /// How long an heir may be on its way before the next sleeper is woken too: longer than a wake-up takes, and less than
  /// the time slice for which a CPU may be another's. How many unlocks apart that is looked at, a power of two.
  std::chrono::nanoseconds arrival = std::chrono::microseconds(50);
  std::uint8_t unlocks_between_looks = 16;
  /// How often, and how many pauses apart, a waiter looks before it tells anybody: at first, then less often so that
  /// the holder keeps the cache line.
  int first_looks = 8;
  std::uint32_t first_pause = 3;
  int later_looks = 10;
  std::uint32_t later_pause = 12;
  /// How often it then yields, and how long that takes at least where somebody else takes the CPU.
  int most_yields = 16;
  std::chrono::nanoseconds shortest_absence = std::chrono::microseconds(1);
  /// The pauses that an heir spends before it sleeps: what is learned lies between the two. The longest takes
  /// about as long as sleeping and being woken.
  std::uint32_t shortest_spin = 64;
  std::uint32_t longest_spin = 512;
  /// The pauses between two looks at the word grow up to this.
  std::uint32_t longest_pause = 8;
  /// Between two looks at a lock that changes hands faster than that, and what such a pause takes from the
  /// budget.
  std::uint32_t lively_pause = 128;
  std::uint32_t price_of_lively_pause = 8;
  /// How often a waiter that has said that it is impatient looks for the news before it sleeps on. Few: the holder may be
  /// waiting for this very CPU.
  std::uint32_t impatient_looks = 32;
};

template <class P>
inline constexpr LockTuning lock_tuning = [] {
  if constexpr (requires { P::lock_tuning; }) {
    return P::lock_tuning;
  } else {
    return LockTuning{};
  }
}();

}  // namespace contend::internal
