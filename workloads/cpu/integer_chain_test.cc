#include "workloads/cpu/integer_chain.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "workloads/execution/child_process.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;
using workloads::integer_chain;
using workloads::steps_for;

TEST(IntegerChain, TheSameEverywhere) {
  EXPECT_EQ(integer_chain(1, 0), 0x9e3779b97f4a7c16u);
  // The Python program is held to the same.
  EXPECT_EQ(integer_chain(3, 20'000), 0x83aac7e10bdfecc6u);
  const std::uint64_t here = integer_chain(7, 1000);
  workloads::ChildProcess child([here] {
    if (integer_chain(7, 1000) != here) throw std::runtime_error("another result in another process");
  });
  EXPECT_TRUE(child.wait());
}

TEST(IntegerChain, EveryIdAndEveryStepCounts) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t id = 0; id < 100; ++id) {
    for (std::uint64_t steps = 1; steps <= 100; ++steps) seen.insert(integer_chain(id, steps));
  }
  EXPECT_EQ(seen.size(), 100u * 100u);
}

TEST(IntegerChain, IsTheSameInSlicesAndAtAnyPace) {
  for (const std::uint64_t steps : {0u, 1u, 3u, 1000u, 2500u}) {
    EXPECT_EQ(workloads::interruptible_chain(7, steps), integer_chain(7, steps)) << steps;
    EXPECT_EQ(workloads::interpreted_chain(7, steps, 30ns), integer_chain(7, steps)) << steps;
  }
}

TEST(StepsFor, GrowsInProportion) {
  const std::uint64_t millisecond = steps_for(1ms);
  EXPECT_GT(millisecond, 1000u) << "a step takes more than a microsecond";
  EXPECT_LT(millisecond, 100'000'000u) << "a step takes less than a hundredth of a nanosecond";
  EXPECT_NEAR(static_cast<double>(steps_for(10ms)), 10.0 * static_cast<double>(millisecond), 10);
  EXPECT_EQ(steps_for(1ms), millisecond);
}

TEST(StepsFor, IsNeverLessThanOneStep) { EXPECT_EQ(steps_for(0ns), 1u); }

TEST(StepsFor, RefusesANegativeTime) { EXPECT_THROW(steps_for(-1ns), std::invalid_argument); }

TEST(StepsFor, ForkedProcessesKeepTheCalibration) {
  const std::uint64_t here = steps_for(1s);
  workloads::ChildProcess child([here] {
    if (steps_for(1s) != here) throw std::runtime_error("calibrated again");
  });
  EXPECT_TRUE(child.wait());
}

// A step cannot be faster than it was in the fastest trial: work that was meant to last so long is not much
// shorter.
TEST(StepsFor, LastsAboutAsLongAsAsked) {
  const std::uint64_t steps = steps_for(20ms);
  volatile std::uint64_t value = 1;
  const auto start = std::chrono::steady_clock::now();
  value = integer_chain(value, steps);
  EXPECT_GT(std::chrono::steady_clock::now() - start, 5ms);
}

}  // namespace
}  // namespace contend::testing
