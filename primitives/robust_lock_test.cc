#include "primitives/robust_lock.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>

#include "primitives/internal/shared_memory.h"
#include "primitives/testing/lock_suite.h"
#include "primitives/testing/threads.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(RobustLock, LockSuite, RobustLock);
INSTANTIATE_TYPED_TEST_SUITE_P(RobustLock, TimedLockSuite, RobustLock);
INSTANTIATE_TYPED_TEST_SUITE_P(RobustLock, LockDestructionSuite, RobustLock);

namespace {

using namespace std::chrono_literals;

class RobustLockTest : public ::testing::Test {
 protected:
  /// In another process, which then dies without unlocking anything.
  template <class Work>
  static void in_a_process_that_dies(Work work) {
    ASSERT_EQ(reap(start_process([&] { return work(), 0; })), 0);
  }
  void die_holding_it() {
    in_a_process_that_dies([this] { lock.lock(); });
  }
  /// Leaves it as it is after a death that nobody has put right.
  void make_unusable() {
    die_holding_it();
    lock.lock();
    lock.unlock();
  }

  internal::SharedArray<RobustLock> memory{2};
  RobustLock& lock = memory[0];
  RobustLock& other = memory[1];
};

TEST_F(RobustLockTest, TellsTheNextOwnerOnceOfADeath) {
  die_holding_it();
  EXPECT_FALSE(lock.is_locked());
  const RobustResult result = lock.lock();
  EXPECT_TRUE(result);
  EXPECT_TRUE(result.owner_died());
  lock.make_consistent();
  lock.unlock();
  EXPECT_FALSE(lock.lock().owner_died()) << "was put right";
  lock.unlock();
}

TEST_F(RobustLockTest, TellsInEveryForm) {
  auto tells = [this](auto acquire) {
    die_holding_it();
    const RobustResult result = acquire();
    EXPECT_TRUE(result && result.owner_died());
    lock.make_consistent();
    lock.unlock();
  };
  tells([this] { return lock.try_lock(); });
  tells([this] { return lock.try_lock_for(-1s); });
  tells([this] { return lock.try_lock_for(1h); });
  tells([this] { return lock.try_lock_until(std::chrono::system_clock::now() + 1h); });
}

TEST_F(RobustLockTest, TellsOfAThreadThatEndsToo) {
  std::jthread([this] { lock.lock(); }).join();
  // join() may return before the kernel has looked at what the thread held.
  const RobustResult result = lock.lock();
  EXPECT_TRUE(result.owner_died());
  lock.make_consistent();
  lock.unlock();
}

TEST_F(RobustLockTest, WakesAWaiterWhereTheOwnerDies) {
  std::atomic<bool> told{false};
  const pid_t child = start_process([this] {
    lock.lock();
    return pause();
  });
  while (!lock.is_locked()) std::this_thread::yield();
  std::jthread waiter([&] {
    told = lock.lock().owner_died();
    lock.make_consistent();
    lock.unlock();
  });
  std::this_thread::sleep_for(20ms);
  EXPECT_FALSE(told);
  kill(child, SIGKILL);
  reap(child);
  waiter.join();
  EXPECT_TRUE(told);
}

TEST_F(RobustLockTest, TellsAgainIfTheOneWhoWasToldDies) {
  die_holding_it();
  in_a_process_that_dies([this] { lock.lock(); });
  EXPECT_TRUE(lock.lock().owner_died());
  lock.make_consistent();
  lock.unlock();
}

TEST_F(RobustLockTest, IsUnusableIfNobodyPutsItRight) {
  make_unusable();
  EXPECT_TRUE(lock.is_unusable());
  EXPECT_FALSE(lock.is_locked());
  const auto error = std::errc::state_not_recoverable;
  EXPECT_EQ(error_of([this] { lock.lock(); }), error);
  EXPECT_EQ(error_of([this] { lock.try_lock(); }), error);
  EXPECT_EQ(error_of([this] { lock.try_lock_for(1h); }), error);
  EXPECT_EQ(error_of([this] { lock.try_lock_until(std::chrono::system_clock::now() + 1h); }), error);
  EXPECT_EQ(error_of([this] { const std::scoped_lock guard(lock); }), error);
  EXPECT_EQ(error_of([this] { lock.unlock(); }), std::errc::operation_not_permitted);
}

TEST_F(RobustLockTest, TellsAllWaitersThatItIsUnusable) {
  die_holding_it();
  lock.lock();
  std::atomic<int> told{0};
  auto wait = [&](int) {
    if (error_of([this] { lock.lock(); }) == std::errc::state_not_recoverable) ++told;
  };
  std::jthread waiters([&] { run_team(3, wait); });
  std::this_thread::sleep_for(20ms);
  lock.unlock();
  waiters.join();
  EXPECT_EQ(told, 3);
}

TEST_F(RobustLockTest, AWaiterIsNotMisledBySignals) {
  lock.lock();
  std::atomic<bool> got{false};
  std::jthread waiter([&] {
    got = lock.try_lock_for(1h);
    lock.unlock();
  });
  disturb_with_signals(waiter);
  EXPECT_FALSE(got);
  lock.unlock();
  waiter.join();
  EXPECT_TRUE(got);
}

TEST_F(RobustLockTest, RefusesMisuse) {
  EXPECT_EQ(error_of([this] { lock.make_consistent(); }), std::errc::operation_not_permitted);
  lock.lock();
  EXPECT_EQ(error_of([this] { lock.make_consistent(); }), std::errc::invalid_argument);
  EXPECT_FALSE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock_for(-1s));
  const auto deadlock = std::errc::resource_deadlock_would_occur;
  EXPECT_EQ(error_of([this] { lock.lock(); }), deadlock);
  EXPECT_EQ(error_of([this] { lock.try_lock_for(1h); }), deadlock);
  EXPECT_EQ(error_of([this] { lock.try_lock_until(std::chrono::system_clock::now() + 1h); }), deadlock);
  EXPECT_TRUE(lock.is_owned()) << "what was refused must not have changed the lock";
  lock.unlock();
}

TEST_F(RobustLockTest, AForkedProcessDoesNotOwnWhatItsParentHolds) {
  lock.lock();
  const pid_t child = start_process([this] {
    if (lock.is_owned() || lock.try_lock()) return 1;
    return error_of([this] { lock.unlock(); }) == std::errc::operation_not_permitted ? 0 : 2;
  });
  EXPECT_EQ(reap(child), 0);
  EXPECT_TRUE(lock.is_owned());
  lock.unlock();
}

/// A robust mutex of the C library's, in memory that processes share.
class PthreadRobust {
 public:
  explicit PthreadRobust(int protocol) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setprotocol(&attributes, protocol);
    pthread_mutex_init(&memory_[0], &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  int lock() { return pthread_mutex_lock(&memory_[0]); }
  int unlock() { return pthread_mutex_unlock(&memory_[0]); }
  int make_consistent() { return pthread_mutex_consistent(&memory_[0]); }

 private:
  internal::SharedArray<pthread_mutex_t> memory_{1};
};

TEST_F(RobustLockTest, SharesTheListWithTheCLibrarysOwnMutexes) {
  PthreadRobust plain(PTHREAD_PRIO_NONE);
  PthreadRobust inheriting(PTHREAD_PRIO_INHERIT);
  auto take_all = [&] {
    lock.lock();
    plain.lock();
    other.lock();
    inheriting.lock();
  };
  in_a_process_that_dies([&] {
    take_all();  // in and out, from the middle and from both ends
    plain.unlock();
    other.unlock();
    lock.unlock();
    inheriting.unlock();
    take_all();
    other.unlock();
    inheriting.unlock();
    other.lock();
    inheriting.lock();
  });
  EXPECT_EQ(plain.lock(), EOWNERDEAD);
  EXPECT_EQ(inheriting.lock(), EOWNERDEAD);
  for (PthreadRobust* mutex : {&plain, &inheriting}) {
    mutex->make_consistent();
    mutex->unlock();
  }
  for (RobustLock* each : {&lock, &other}) {
    EXPECT_TRUE(each->lock().owner_died());
    each->make_consistent();
    each->unlock();
  }
}

}  // namespace
}  // namespace contend::testing
