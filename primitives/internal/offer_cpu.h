#pragma once

#include <atomic>
#include <chrono>
#include <utility>

namespace contend::internal {

/// Whether yielding is worth while. Where all that are ready to run are about to do something short, such as the
/// other threads of a barrier, a yield comes back soon. Where one of them computes, of this program or another, it
/// takes the CPU for a whole time slice: then sleeping is better, because who is woken gets the CPU sooner.
class YieldLimit {
 public:
  using Clock = std::chrono::steady_clock;

  constexpr explicit YieldLimit(Clock::duration longest) : longest_(longest) {}

  bool allows(Clock::time_point now) const noexcept {
    // Relaxed, here and below: hints.
    return now >= not_before_.load(std::memory_order_relaxed);
  }

  /// A yield took that long. The second that took too long is the last for a while. One alone may be chance, so may
  /// several threads' at the same time, and so may one after many short ones: where somebody computes, a thread's
  /// yields are long one after the other. `short_ones` is the calling thread's number of short ones in a row.
  void note(Clock::time_point begin, Clock::time_point end, int& short_ones) noexcept {
    if (end - begin <= longest_) {
      if (short_ones < many) ++short_ones;
      return;
    }
    if (std::exchange(short_ones, 0) == many) return;
    const auto one_before = last_long_one_.exchange(end, std::memory_order_relaxed);
    if (begin >= one_before && end - one_before < together)
      not_before_.store(end + rest, std::memory_order_relaxed);
  }

 private:
  static constexpr int many = 8;
  static constexpr std::chrono::milliseconds together{20};
  /// Some fifty time slices, so that trying again costs little of it.
  static constexpr std::chrono::milliseconds rest{100};

  const Clock::duration longest_;
  std::atomic<Clock::time_point> not_before_{Clock::time_point{}};
  std::atomic<Clock::time_point> last_long_one_{Clock::time_point{} - 2 * together};
};

/// A platform may have its own, so that a schedule does not depend on the time.
template <class P>
inline constexpr std::chrono::nanoseconds longest_yield = [] {
  if constexpr (requires { P::longest_yield; }) {
    return P::longest_yield;
  } else {
    return std::chrono::milliseconds(1);
  }
}();

/// Yields. False: it did not, because yields have lately taken too long.
template <class P>
bool offer_cpu() noexcept {
  static constinit YieldLimit limit(longest_yield<P>);
  static constinit thread_local int short_ones = 0;
  const auto begin = YieldLimit::Clock::now();
  if (!limit.allows(begin)) return false;
  P::yield();
  limit.note(begin, YieldLimit::Clock::now(), short_ones);
  return true;
}

}  // namespace contend::internal
