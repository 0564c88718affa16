#include "primitives/internal/learned_wait.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "primitives/internal/platform.h"

namespace contend::internal {
namespace {

/// How often it waits in 160 occasions on which there is one thing, and after a wait there are `after`.
int waits(LearnedWait<ThreadPlatform>& learned, std::size_t after) {
  int count = 0;
  for (int i = 0; i < 160; ++i) {
    learned.await(1, [&] {
      ++count;
      return after;
    });
  }
  return count;
}

TEST(LearnedWait, WaitsWhereThatHelps) {
  LearnedWait<ThreadPlatform> learned;
  EXPECT_EQ(waits(learned, 2), 160);
}

TEST(LearnedWait, LooksRarelyWhetherItHelpsNow) {
  LearnedWait<ThreadPlatform> learned;
  EXPECT_EQ(waits(learned, 1), 10);
  EXPECT_EQ(waits(learned, 1), 10);
}

TEST(LearnedWait, FindsOutThatItHelpsNow) {
  LearnedWait<ThreadPlatform> learned;
  waits(learned, 1);
  EXPECT_GE(waits(learned, 32), 160 - 15);
}

}  // namespace
}  // namespace contend::internal
