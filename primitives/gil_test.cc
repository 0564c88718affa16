#include "primitives/gil.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>
#include <vector>

#include "primitives/gil_executors.h"
#include "primitives/testing/executor_suite.h"

namespace contend::testing {
namespace {

constexpr GilRules impatient{.interval_us = 100};
constexpr GilRules two_interpreters{.interval_us = 100, .domains = 2};

using GilExecutors = ::testing::Types<GilThreads<>, GilPool<>, GilPool<python2_gil>,
                                      GilPool<two_interpreters>, GilPool<free_threaded>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Gil, ExecutorSuite, GilExecutors);

/// Threads that count under the lock, with a checkpoint after each step, and may wait in between.
std::uint64_t counted_under(Baton& gil, unsigned threads, bool waits) {
  constexpr int steps = 20'000;
  std::uint64_t count = 0;
  {
    std::vector<std::jthread> team;
    for (unsigned i = 0; i < threads; ++i) {
      team.emplace_back([&] {
        const UnderBaton under(&gil);
        for (int step = 0; step < steps; ++step) {
          ++count;
          checkpoint();
          if (waits && step % 1'000 == 0) blocking([] { std::this_thread::yield(); });
        }
      });
    }
  }
  return count / steps;
}

TEST(Gil, LetsOneThreadComputeAtATime) {
  for (const GilRules& rules : {impatient, python2_gil, GilRules{.interval_us = 100, .forced = false}}) {
    Gil gil(rules);
    EXPECT_EQ(counted_under(gil, 4, false), 4U);
    EXPECT_EQ(counted_under(gil, 4, true), 4U);
  }
}

TEST(Gil, WhoComputesGivesWayToWhoAsks) {
  Gil gil(impatient);
  std::atomic<bool> other_was_in{false};
  const UnderBaton under(&gil);
  std::jthread other([&] {
    const UnderBaton its_turn(&gil);
    other_was_in = true;
  });
  while (!other_was_in) checkpoint();
  EXPECT_GE(gil.switches(), 3U);
}

TEST(Gil, KeepsOnWhileNobodyAsks) {
  Gil gil;
  const UnderBaton under(&gil);
  for (int i = 0; i < 1'000; ++i) checkpoint();
  EXPECT_EQ(gil.switches(), 1U);
}

TEST(Gil, IsNotHeldDuringAWait) {
  Gil gil({.interval_us = 60'000'000});
  const UnderBaton under(&gil);
  blocking([&] { std::jthread([&] { const UnderBaton its_turn(&gil); }); });
  EXPECT_EQ(gil.switches(), 3U);
}

TEST(Gil, RefusesADropByNobody) {
  Gil gil;
  EXPECT_THROW(gil.drop(), std::system_error);
}

TEST(Baton, BlockingHandsOnResultAndErrno) {
  Gil gil;
  const UnderBaton under(&gil);
  const int result = blocking([] {
    errno = EBADF;
    return 7;
  });
  EXPECT_EQ(result, 7);
  EXPECT_EQ(errno, EBADF);
}

TEST(Baton, NothingIsNeededUnderNone) {
  const UnderBaton under(nullptr);
  checkpoint();
  EXPECT_EQ(blocking([] { return 7; }), 7);
}

TEST(GilDomains, GoRoundAndMayBeNone) {
  GilDomains two(two_interpreters);
  Baton* const first = two.next();
  EXPECT_NE(first, two.next());
  EXPECT_EQ(first, two.next());
  EXPECT_EQ(GilDomains(free_threaded).next(), nullptr);
}

}  // namespace
}  // namespace contend::testing
