#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

// The time-outs that any timed form must take, of all kinds of durations, clocks and units.
namespace contend::testing {

/// A clock of a program's own: another epoch, another unit.
struct UserClock {
  using rep = std::int32_t;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<UserClock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    using namespace std::chrono;
    static const auto start = steady_clock::now();
    return time_point(milliseconds(-5'000) + floor<duration>(steady_clock::now() - start));
  }
};

/// Those that are over when the call begins.
template <class WaitFor, class WaitUntil>
void with_passed_times(WaitFor wait_for, WaitUntil wait_until) {
  using namespace std::chrono;
  wait_for(seconds(0));
  wait_for(hours(-1));
  wait_for(nanoseconds::min());
  wait_for(hours::min());
  wait_for(duration<double>(-1e300));
  wait_for(duration<float>(std::nanf("")));
  wait_until(steady_clock::now());
  wait_until(steady_clock::time_point::min());
  wait_until(system_clock::time_point::min());
  wait_until(time_point<system_clock, hours>::min());
  wait_until(UserClock::now());
  wait_until(UserClock::time_point::min());
}

/// Those that never come.
template <class WaitFor, class WaitUntil>
void with_enormous_times(WaitFor wait_for, WaitUntil wait_until) {
  using namespace std::chrono;
  wait_for(nanoseconds::max());
  wait_for(hours::max());
  wait_for(years(1000));
  wait_for(duration<double>(1e300));
  wait_until(steady_clock::time_point::max());
  wait_until(system_clock::time_point::max());
  wait_until(time_point<system_clock, hours>::max());
  wait_until(time_point<steady_clock, duration<double>>::max());
  wait_until(UserClock::time_point::max());
}

}  // namespace contend::testing
