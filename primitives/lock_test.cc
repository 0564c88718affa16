#include "primitives/lock.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <new>
#include <type_traits>

#include "primitives/testing/lock_suite.h"

namespace contend::testing {

using UncheckedLock = BasicLock<internal::ThreadPlatform, false>;
using BothLocks = ::testing::Types<StrictLock, UncheckedLock>;

INSTANTIATE_TYPED_TEST_SUITE_P(Lock, LockSuite, BothLocks);
INSTANTIATE_TYPED_TEST_SUITE_P(Lock, TimedLockSuite, BothLocks);
INSTANTIATE_TYPED_TEST_SUITE_P(Lock, SleepingLockSuite, BothLocks);
INSTANTIATE_TYPED_TEST_SUITE_P(Lock, LockDestructionSuite, BothLocks);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedLock, LockSuite, SharedLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedLock, TimedLockSuite, SharedLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedLock, SleepingLockSuite, SharedLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedLock, LockDestructionSuite, SharedLock);

TEST(Lock, IsTwoBytes) { static_assert(sizeof(Lock) == 2 && sizeof(SharedLock) == 4); }

TEST(Lock, LooksForMisuseInBuildsWithAssertions) {
  static_assert(std::is_same_v<Lock, std::conditional_t<internal::costly_checks, StrictLock, UncheckedLock>>);
}

TEST(UncheckedLock, AnUnlockTooManyLeavesItFree) {
  UncheckedLock lock;
  // More often than it takes a bucket to become quiet.
  for (int i = 0; i < 2000; ++i) {
    lock.unlock();
    ASSERT_FALSE(lock.is_locked());
    ASSERT_TRUE(lock.try_lock());
    ASSERT_FALSE(lock.try_lock());
    lock.unlock();
  }
}

/// Where some parts of a program have assertions and some have not: what is of one form to these is of the other to
/// those.
TEST(Lock, BothFormsMayShareOneState) {
  static_assert(sizeof(StrictLock) == sizeof(UncheckedLock) && alignof(StrictLock) == alignof(UncheckedLock));
  StrictLock strict;
  auto& unchecked = reinterpret_cast<UncheckedLock&>(strict);
  long counter = 0;
  auto count = [&](auto& lock, auto& unlocked_as) {
    for (int i = 0; i < 20'000; ++i) {
      lock.lock();
      ++counter;
      unlocked_as.unlock();
    }
  };
  run_team(4, [&](int id) {
    if (id == 0) count(strict, strict);
    if (id == 1) count(unchecked, unchecked);
    if (id == 2) count(strict, unchecked);
    if (id == 3) count(unchecked, strict);
  });
  EXPECT_EQ(counter, 80'000);
  EXPECT_FALSE(strict.is_locked());
}

TEST(Lock, SignalsInAWaitDoNotEndIt) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, nullptr);
  Lock lock;
  lock.lock();
  std::atomic<bool> got{false};
  std::jthread waiter([&] {
    lock.lock();
    got = true;
    lock.unlock();
  });
  for (int i = 0; i < 50; ++i) {
    pthread_kill(waiter.native_handle(), SIGUSR1);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  EXPECT_FALSE(got);
  lock.unlock();
  waiter.join();
  EXPECT_TRUE(got);
}

TEST(SharedLock, ExcludesAcrossProcesses) {
  struct Shared {
    SharedLock lock;
    long counter = 0;
  };
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* shared = new (memory) Shared;
  auto work = [shared] {
    for (int i = 0; i < 20'000; ++i) {
      const std::scoped_lock guard(shared->lock);
      ++shared->counter;
    }
  };
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    work();
    _exit(0);
  }
  work();
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(shared->counter, 40'000);
  munmap(memory, sizeof(Shared));
}

}  // namespace contend::testing
