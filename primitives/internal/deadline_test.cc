#include "primitives/internal/deadline.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

namespace contend::internal {
namespace {

using namespace std::chrono;

TEST(Deadline, IsNeverWhereTheDurationIsBeyondTheClock) {
  EXPECT_TRUE(Deadline::after(nanoseconds::max()).is_never());
  EXPECT_TRUE(Deadline::after(hours::max()).is_never());
  EXPECT_TRUE(Deadline::after(years(1000)).is_never());
  EXPECT_TRUE(Deadline::after(duration<double>(std::numeric_limits<double>::infinity())).is_never());
  EXPECT_TRUE(Deadline::after(duration<float, std::ratio<86400>>(1e30F)).is_never());
  EXPECT_FALSE(Deadline::after(years(100)).is_never());
  EXPECT_FALSE(Deadline::after(years(100)).has_passed());
}

TEST(Deadline, HasPassedWhereTheDurationIsNotPositive) {
  EXPECT_TRUE(Deadline::after(0s).has_passed());
  EXPECT_TRUE(Deadline::after(nanoseconds::min()).has_passed());
  EXPECT_TRUE(Deadline::after(hours::min()).has_passed());
  EXPECT_TRUE(Deadline::after(duration<double>(std::nan(""))).has_passed());
  EXPECT_TRUE(Deadline::after(duration<std::uint8_t>(0)).has_passed());
}

TEST(Deadline, IsNotEarlierThanAFractionAsks) {
  const auto before = steady_clock::now();
  EXPECT_GE(Deadline::after(duration<double, std::pico>(1)).when(), before + 1ns);
  EXPECT_GE(Deadline::after(duration<double>(1.5)).when(), before + 1500ms);
}

template <class Clock, class Unit>
void far_times_do_not_overflow() {
  using Far = time_point<Clock, Unit>;
  EXPECT_FALSE(Deadline::at(Far::max()).has_passed());
  EXPECT_TRUE(Deadline::at(Far::min()).has_passed());
  EXPECT_FALSE(has_come(Far::max()));
  EXPECT_TRUE(has_come(Far::min()));
  EXPECT_TRUE(has_come(Far(Unit(-1))));
}

TEST(Deadline, FarTimesOfAnyClockAndUnitDoNotOverflow) {
  far_times_do_not_overflow<steady_clock, nanoseconds>();
  far_times_do_not_overflow<steady_clock, hours>();
  far_times_do_not_overflow<steady_clock, duration<double>>();
  far_times_do_not_overflow<system_clock, nanoseconds>();
  far_times_do_not_overflow<system_clock, milliseconds>();
  far_times_do_not_overflow<system_clock, hours>();
  EXPECT_TRUE(has_come(time_point<system_clock, duration<double>>(duration<double>(std::nan("")))));
}

TEST(Deadline, NearTimesAreExact) {
  const auto now = system_clock::now();
  EXPECT_TRUE(has_come(now));
  while (!has_come(now + 50us)) EXPECT_LT(system_clock::now() - now, 1h);
  EXPECT_GE(system_clock::now() - now, 50us);
}

TEST(RetryUntil, EndsWhenTheTimeHasComeOnItsOwnClock) {
  int attempts = 0;
  auto fail = [&](Deadline) { return ++attempts < 0; };
  EXPECT_FALSE(retry_until(time_point<system_clock, hours>::min(), fail));
  EXPECT_EQ(attempts, 1);
  const auto soon = system_clock::now() + 1ms;
  EXPECT_FALSE(retry_until(soon, fail));
  EXPECT_GE(system_clock::now(), soon);
}

}  // namespace
}  // namespace contend::internal
