#include "primitives/lock.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <new>

#include "primitives/testing/lock_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Lock, LockSuite, Lock);
INSTANTIATE_TYPED_TEST_SUITE_P(Lock, TimedLockSuite, Lock);
INSTANTIATE_TYPED_TEST_SUITE_P(Lock, SleepingLockSuite, Lock);
INSTANTIATE_TYPED_TEST_SUITE_P(Lock, LockDestructionSuite, Lock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedLock, LockSuite, SharedLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedLock, TimedLockSuite, SharedLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedLock, SleepingLockSuite, SharedLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedLock, LockDestructionSuite, SharedLock);

TEST(Lock, IsTwoBytes) { static_assert(sizeof(Lock) == 2 && sizeof(SharedLock) == 4); }

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
