#include "primitives/semaphore.h"

#include "primitives/testing/semaphore_suite.h"

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

}  // namespace contend::testing
