#pragma once

#include <chrono>
#include <limits>

namespace contend::internal {

/// A point on the steady clock, or never. Built from any duration or time point without overflow:
/// what lies beyond the clock's range is never, and what lies in the past has passed.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr Deadline never() { return Deadline(Clock::time_point::max()); }

  /// Not-a-number counts as already passed.
  template <class Rep, class Period>
  static Deadline after(const std::chrono::duration<Rep, Period>& timeout) {
    const Clock::time_point now = Clock::now();
    if (!(timeout > timeout.zero())) return Deadline(now);
    // Compared in floating point, which has the range that the integer types lack; a second of margin
    // swallows the rounding.
    using Seconds = std::chrono::duration<double>;
    const Seconds room = Seconds(Clock::time_point::max() - now) - std::chrono::seconds(1);
    if (Seconds(timeout) >= room) return never();
    return Deadline(now + std::chrono::ceil<Clock::duration>(timeout));
  }

  template <class Duration>
  static Deadline at(const std::chrono::time_point<Clock, Duration>& when) {
    if constexpr (std::is_same_v<Duration, Clock::duration>) {
      return Deadline(when);
    } else {
      return after(std::chrono::duration<double>(when.time_since_epoch()) -
                   std::chrono::duration<double>(Clock::now().time_since_epoch()));
    }
  }

  /// Another clock's time point, converted now. Who waits for one re-reads that clock when the deadline has
  /// passed, because the clock may have been set meanwhile.
  template <class OtherClock, class Duration>
  static Deadline at(const std::chrono::time_point<OtherClock, Duration>& when) {
    return after(std::chrono::duration<double>(when.time_since_epoch()) -
                 std::chrono::duration<double>(OtherClock::now().time_since_epoch()));
  }

  static constexpr Deadline earlier(Deadline one, Deadline other) {
    return one.when_ < other.when_ ? one : other;
  }

  constexpr bool is_never() const { return when_ == Clock::time_point::max(); }
  bool has_passed() const { return !is_never() && Clock::now() >= when_; }
  constexpr Clock::time_point when() const { return when_; }

 private:
  explicit constexpr Deadline(Clock::time_point when) : when_(when) {}

  Clock::time_point when_;
};

/// Whether that time has come on its own clock, also where the two are further apart than the finer unit can say.
template <class Clock, class Duration>
bool has_come(const std::chrono::time_point<Clock, Duration>& when) {
  using Seconds = std::chrono::duration<double>;
  const auto now = Clock::now();
  const Seconds left = Seconds(when.time_since_epoch()) - Seconds(now.time_since_epoch());
  // Far apart, the exact comparison may overflow; near, this one is not exact.
  if (left < std::chrono::seconds(-1) || left > std::chrono::seconds(1)) return left < Seconds::zero();
  return !(now < when);  // not-a-number has come
}

/// Calls `attempt(Deadline)` until it succeeds or `when` has passed on its own clock.
template <class Clock, class Duration, class Attempt>
bool retry_until(const std::chrono::time_point<Clock, Duration>& when, Attempt attempt) {
  do {
    if (attempt(Deadline::at(when))) return true;
  } while (!has_come(when));
  return false;
}

}  // namespace contend::internal
