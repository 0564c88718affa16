#include "primitives/internal/asymmetric_fence.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "primitives/internal/platform.h"

namespace contend::internal {
namespace {

constexpr int rounds = 4000;

/// One round: each side stores and then looks for the other's store.
struct Round {
  std::atomic<int> fast = 0;
  std::atomic<int> slow = 0;
  int slow_seen = 0;
  int fast_seen = 0;
};

struct Litmus {
  std::array<Round, rounds> round;
  std::array<std::atomic<int>, 2> arrived{};

  /// Both sides enter a round at about the same time, without fences between.
  void meet(std::size_t side, int number) {
    arrived[side].store(number + 1, std::memory_order_relaxed);
    while (arrived[1 - side].load(std::memory_order_relaxed) <= number)
      Platform<FutexScope::process_shared>::yield();
  }

  template <FutexScope scope>
  void run_fast_side() {
    for (int i = 0; i < rounds; ++i) {
      Round& here = round[static_cast<std::size_t>(i)];
      meet(0, i);
      here.fast.store(1, std::memory_order_relaxed);
      AsymmetricFence<scope>::light();
      here.slow_seen = here.slow.load(std::memory_order_relaxed);
    }
  }

  template <FutexScope scope>
  void run_slow_side() {
    for (int i = 0; i < rounds; ++i) {
      Round& here = round[static_cast<std::size_t>(i)];
      meet(1, i);
      here.slow.store(1, std::memory_order_relaxed);
      AsymmetricFence<scope>::heavy();
      here.fast_seen = here.fast.load(std::memory_order_relaxed);
    }
  }

  int missed_by_both() const {
    int count = 0;
    for (const Round& here : round) count += here.slow_seen == 0 && here.fast_seen == 0;
    return count;
  }
};

template <FutexScope scope>
int missed_between_threads() {
  const auto litmus = std::make_unique<Litmus>();
  {
    std::jthread fast([&] { litmus->run_fast_side<scope>(); });
    litmus->run_slow_side<scope>();
  }
  return litmus->missed_by_both();
}

TEST(AsymmetricFence, OneOfTwoThreadsSeesTheOther) {
  EXPECT_EQ(missed_between_threads<FutexScope::process_private>(), 0);
  EXPECT_EQ(missed_between_threads<FutexScope::process_shared>(), 0);
}

TEST(AsymmetricFence, OneOfTwoProcessesSeesTheOther) {
  void* const memory =
      mmap(nullptr, sizeof(Litmus), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const litmus = std::construct_at(static_cast<Litmus*>(memory));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    litmus->run_slow_side<FutexScope::process_shared>();
    _exit(0);
  }
  litmus->run_fast_side<FutexScope::process_shared>();
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(litmus->missed_by_both(), 0);
  munmap(memory, sizeof(Litmus));
}

TEST(AsymmetricFence, WorksInAForkedProcess) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(missed_between_threads<FutexScope::process_private>() == 0 ? 0 : 1);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace contend::internal
