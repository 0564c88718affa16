#include "primitives/barrier.h"

#include "primitives/internal/shared_memory.h"
#include "primitives/testing/barrier_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Barrier, BarrierSuite, Barrier);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedBarrier, BarrierSuite, SharedBarrier);

TEST(Barrier, ManyMoreThreadsThanCpus) {
  constexpr int parties = 64;
  Barrier barrier(parties);
  std::atomic<int> come{0};
  run_team(parties, [&](int) {
    for (int round = 1; round <= 20; ++round) {
      ++come;
      barrier.wait();
      EXPECT_GE(come, round * parties);
    }
  });
}

TEST(SharedBarrier, KeepsProcessesTogether) {
  struct Shared {
    SharedBarrier barrier{2};
    std::atomic<int> come{0};
  };
  internal::SharedArray<Shared> memory(1);
  Shared& shared = memory[0];
  auto work = [&shared] {
    for (int round = 1; round <= 500; ++round) {
      ++shared.come;
      shared.barrier.wait();
      if (shared.come < 2 * round) return 1;
    }
    return 0;
  };
  const pid_t child = start_process(work);
  EXPECT_EQ(work(), 0);
  EXPECT_EQ(reap(child), 0);
}

}  // namespace contend::testing
