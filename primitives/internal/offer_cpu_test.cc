#include "primitives/internal/offer_cpu.h"

#include <gtest/gtest.h>

#include <chrono>

namespace contend::internal {
namespace {

using namespace std::chrono_literals;

class YieldLimitTest : public ::testing::Test {
 protected:
  /// A yield at that time, which takes that long.
  void yield(YieldLimit::Clock::duration at, YieldLimit::Clock::duration takes) {
    limit_.note(start + at, start + at + takes, short_ones_);
  }
  bool allows(YieldLimit::Clock::duration at) const { return limit_.allows(start + at); }

 private:
  static constexpr YieldLimit::Clock::time_point start{24h};
  YieldLimit limit_{500us};
  int short_ones_ = 0;
};

TEST_F(YieldLimitTest, AllowsShortOnes) {
  EXPECT_TRUE(allows(0s));
  for (int i = 0; i < 10; ++i) yield(i * 1ms, 500us);
  EXPECT_TRUE(allows(11ms));
}

TEST_F(YieldLimitTest, AllowsALongOneNowAndThen) {
  yield(0s, 3ms);
  EXPECT_TRUE(allows(3ms));
  yield(40ms, 3ms);
  EXPECT_TRUE(allows(43ms));
}

TEST_F(YieldLimitTest, AllowsLongOnesAmongManyShortOnes) {
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 10; ++i) yield(round * 5ms + i * 10us, 10us);
    yield(round * 5ms + 1ms, 3ms);
  }
  EXPECT_TRUE(allows(50ms));
  for (int i = 0; i < 3; ++i) yield(50ms + i * 10us, 10us);
  yield(51ms, 3ms);
  yield(55ms, 3ms);
  EXPECT_FALSE(allows(58ms)) << "a few short ones are no excuse";
}

TEST_F(YieldLimitTest, CountsThoseOfSeveralThreadsAtATimeAsOne) {
  for (int i = 0; i < 10; ++i) yield(0s, 3ms + i * 1us);
  EXPECT_TRUE(allows(4ms));
}

TEST_F(YieldLimitTest, ForbidsThemForAWhileAfterTwoLongOnes) {
  yield(0s, 3ms);
  yield(4ms, 3ms);
  EXPECT_FALSE(allows(7ms));
  EXPECT_FALSE(allows(50ms));
  EXPECT_TRUE(allows(200ms));
}

struct SlowToYield {
  static constexpr std::chrono::nanoseconds longest_yield{-1};
  static void yield() { ++yields; }
  static inline int yields = 0;
};

/// The second too long one within 20 ms is the last: on a machine that stalls in between, another is the second.
TEST(OfferCpu, YieldsUntilThatTakesTooLong) {
  int offers = 0;
  while (offer_cpu<SlowToYield>()) ++offers;
  EXPECT_GE(offers, 2);
  EXPECT_EQ(SlowToYield::yields, offers);
}

}  // namespace
}  // namespace contend::internal
