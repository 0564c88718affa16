#include "primitives/semaphore.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

#include "primitives/internal/shared_memory.h"
#include "primitives/testing/semaphore_suite.h"
#include "primitives/testing/threads.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Semaphore, SemaphoreSuite, Semaphore);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedSemaphore, SemaphoreSuite, SharedSemaphore);
INSTANTIATE_TYPED_TEST_SUITE_P(BoundedSemaphore, SemaphoreSuite, BoundedSemaphore);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedBoundedSemaphore, SemaphoreSuite, SharedBoundedSemaphore);

TEST(Semaphore, IsOneWord) { static_assert(sizeof(Semaphore) == 4); }

TEST(Semaphore, MayGrowBeyondItsStart) {
  Semaphore semaphore(1);
  semaphore.release(3);
  EXPECT_EQ(semaphore.value(), 4);
}

TEST(BoundedSemaphore, RefusesToGrowBeyondItsStart) {
  BoundedSemaphore semaphore(2);
  EXPECT_THROW(semaphore.release(), std::length_error);
  semaphore.acquire();
  EXPECT_THROW(semaphore.release(2), std::length_error);
  EXPECT_EQ(semaphore.value(), 1) << "a refused release must not have changed anything";
  semaphore.release();
  EXPECT_EQ(semaphore.value(), 2);
}

TEST(SharedSemaphore, HandsOverBetweenProcesses) {
  struct Shared {
    SharedSemaphore ping{0};
    SharedSemaphore pong{0};
    int turns = 0;
  };
  internal::SharedArray<Shared> memory(1);
  Shared& shared = memory[0];
  constexpr int rounds = 2000;
  const pid_t child = start_process([&shared] {
    for (int i = 0; i < rounds; ++i) {
      shared.ping.acquire();
      ++shared.turns;
      shared.pong.release();
    }
    return 0;
  });
  for (int i = 0; i < rounds; ++i) {
    ++shared.turns;
    shared.ping.release();
    shared.pong.acquire();
  }
  EXPECT_EQ(reap(child), 0);
  EXPECT_EQ(shared.turns, 2 * rounds);
}

TEST(SharedBoundedSemaphore, KeepsItsBoundBetweenProcesses) {
  constexpr int permits = 2;
  constexpr int rounds = 2000;
  struct Shared {
    SharedBoundedSemaphore semaphore{permits};
    std::atomic<int> inside{0};
    std::atomic<int> surplus{0};
  };
  internal::SharedArray<Shared> memory(1);
  Shared& shared = memory[0];
  const auto take_and_give = [&shared] {
    for (int i = 0; i < rounds; ++i) {
      shared.semaphore.acquire();
      if (shared.inside.fetch_add(1) >= permits) ++shared.surplus;
      shared.inside.fetch_sub(1);
      shared.semaphore.release();
    }
  };
  std::vector<pid_t> children;
  for (int child = 0; child < 3; ++child) {
    children.push_back(start_process([&] {
      take_and_give();
      return 0;
    }));
  }
  take_and_give();
  for (const pid_t child : children) EXPECT_EQ(reap(child), 0);
  EXPECT_EQ(shared.surplus, 0);
  EXPECT_THROW(shared.semaphore.release(), std::length_error);
  const pid_t refused = start_process([&shared] {
    try {
      shared.semaphore.release();
    } catch (const std::length_error&) {
      return 0;
    }
    return 1;
  });
  EXPECT_EQ(reap(refused), 0) << "the bound holds in every process";
  EXPECT_TRUE(shared.semaphore.try_acquire());
  EXPECT_TRUE(shared.semaphore.try_acquire());
  EXPECT_FALSE(shared.semaphore.try_acquire()) << "a refused release changes nothing";
}

}  // namespace contend::testing
