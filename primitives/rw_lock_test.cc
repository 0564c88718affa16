#include "primitives/rw_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <shared_mutex>
#include <thread>

#include "primitives/concepts.h"
#include "primitives/internal/shared_memory.h"
#include "primitives/testing/lock_suite.h"
#include "primitives/testing/threads.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(RwLock, LockSuite, RwLock);
INSTANTIATE_TYPED_TEST_SUITE_P(RwLock, TimedLockSuite, RwLock);
INSTANTIATE_TYPED_TEST_SUITE_P(RwLock, SleepingLockSuite, RwLock);
INSTANTIATE_TYPED_TEST_SUITE_P(RwLock, LockDestructionSuite, RwLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedRwLock, LockSuite, SharedRwLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedRwLock, TimedLockSuite, SharedRwLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedRwLock, SleepingLockSuite, SharedRwLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedRwLock, LockDestructionSuite, SharedRwLock);

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

TEST(RwLock, FollowsTheStandardsRequirements) {
  static_assert(SharedTimedLockable<RwLock> && SharedTimedLockable<SharedRwLock>);
  RwLock lock;
  const std::shared_lock first(lock);
  const std::shared_lock second(lock, std::try_to_lock);
  EXPECT_TRUE(second.owns_lock());
  EXPECT_FALSE(lock.try_lock());
}

TEST(RwLock, IsSharedByManyOrHeldByOne) {
  RwLock lock;
  EXPECT_TRUE(lock.try_lock_shared());
  EXPECT_TRUE(lock.try_lock_shared_for(-1h));
  EXPECT_TRUE(lock.try_lock_shared_until(system_clock::now() + 1h));
  EXPECT_TRUE(lock.is_locked());
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(lock.try_lock());
    lock.unlock_shared();
  }
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock_shared());
  EXPECT_FALSE(lock.try_lock_shared_for(std::chrono::nanoseconds::min()));
  lock.unlock();
  EXPECT_FALSE(lock.is_locked());
}

TEST(RwLock, SharingTimesOutWhileAWriterHoldsIt) {
  RwLock lock;
  lock.lock();
  const auto before = steady_clock::now();
  EXPECT_FALSE(lock.try_lock_shared_for(20ms));
  EXPECT_GE(steady_clock::now() - before, 20ms);
  EXPECT_FALSE(lock.try_lock_shared_until(system_clock::now() + 5ms));
  EXPECT_FALSE(lock.try_lock_shared_until(steady_clock::time_point::min()));
  lock.unlock();
  EXPECT_TRUE(lock.try_lock()) << "a time-out must leave nothing behind";
  lock.unlock();
}

TEST(RwLock, EnormousTimeOutsToShareDoNotOverflow) {
  RwLock lock;
  auto waits_with = [&lock](auto acquire) {
    lock.lock();
    std::atomic<bool> got{false};
    std::jthread waiter([&] { got = acquire(); });
    std::this_thread::sleep_for(5ms);
    EXPECT_FALSE(got) << "an enormous time-out must wait";
    lock.unlock();
    waiter.join();
    EXPECT_TRUE(got);
    lock.unlock_shared();
  };
  waits_with([&] { return lock.try_lock_shared_for(std::chrono::hours::max()); });
  waits_with([&] { return lock.try_lock_shared_until(steady_clock::time_point::max()); });
  waits_with([&] { return lock.try_lock_shared_until(system_clock::time_point::max()); });
}

/// Whether a writer is seen to be pending before it has given up.
bool is_pending(RwLock& lock, const std::atomic<bool>& writer_gave_up) {
  while (!writer_gave_up) {
    if (!lock.try_lock_shared()) return true;
    lock.unlock_shared();
    std::this_thread::yield();
  }
  return false;
}

TEST(RwLock, AWriterThatGivesUpLetsInWhoWaitedBehindIt) {
  RwLock lock;
  lock.lock_shared();
  for (bool was_pending = false; !was_pending;) {
    std::atomic<bool> gave_up{false};
    const std::jthread writer([&] {
      EXPECT_FALSE(lock.try_lock_for(50ms));
      gave_up = true;
    });
    was_pending = is_pending(lock, gave_up);
    EXPECT_TRUE(lock.try_lock_shared_for(60s)) << "shared once the writer has given up";
    lock.unlock_shared();
  }
  lock.unlock_shared();
}

TEST(RwLock, WaitersAreNotMisledBySignals) {
  RwLock lock;
  lock.lock();
  std::atomic<int> got{0};
  std::jthread reader([&] {
    if (lock.try_lock_shared_for(1h)) ++got;
    lock.unlock_shared();
  });
  std::jthread writer([&] {
    if (lock.try_lock_for(1h)) ++got;
    lock.unlock();
  });
  disturb_with_signals(reader);
  disturb_with_signals(writer);
  EXPECT_EQ(got, 0);
  lock.unlock();
  reader.join();
  writer.join();
  EXPECT_EQ(got, 2);
}

TEST(RwLock, RefusesMisuse) {
  RwLock lock;
  EXPECT_EQ(error_of([&] { lock.unlock_shared(); }), std::errc::operation_not_permitted);
  lock.lock_shared();
  EXPECT_EQ(error_of([&] { lock.unlock(); }), std::errc::operation_not_permitted);
  lock.unlock_shared();
  lock.lock();
  EXPECT_EQ(error_of([&] { lock.unlock_shared(); }), std::errc::operation_not_permitted);
  lock.unlock();
}

TEST(RwLock, TellsWhenTooManyShareIt) {
  constexpr std::uint32_t most = internal::RwState::most;
  RwLock lock;
  for (std::uint32_t i = 0; i < most; ++i) lock.lock_shared();
  EXPECT_FALSE(lock.try_lock_shared());
  EXPECT_FALSE(lock.try_lock_shared_for(1ms));
  EXPECT_EQ(error_of([&] { lock.lock_shared(); }), std::errc::resource_unavailable_try_again);
  for (std::uint32_t i = 0; i < most; ++i) lock.unlock_shared();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(RwLock, AnIdleReaderUsesNoCpu) {
  RwLock lock;
  EXPECT_EQ(cpu_time_of_idle_waiter(lock, [&lock] { const std::shared_lock guard(lock); }), 0ns);
}

/// Readers that overlap hold the lock shared without a break; a writer must get in all the same, and they
/// after it.
TEST(RwLock, NobodyStarves) {
  RwLock lock;
  std::atomic<bool> stop{false};
  std::atomic<long> reads{0};
  auto read = [&] {
    while (!stop) {
      const std::shared_lock guard(lock);
      std::this_thread::sleep_for(200us);
      ++reads;
    }
  };
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) readers.emplace_back(read);
  for (int i = 0; i < 20; ++i) {
    const long before = reads;
    const std::scoped_lock guard(lock);
    EXPECT_GE(reads, before);
  }
  const long before = reads;
  while (reads == before) std::this_thread::yield();
  stop = true;
}

struct Readings {
  long first = 0;
  long second = 0;
};

/// Many more threads than CPUs, readers and writers, some of which give up at any moment.
TEST(RwLock, TimeOutsRacingUnlocksLoseNothing) {
  RwLock lock;
  Readings readings;
  std::atomic<long> writes{0};
  std::atomic<bool> torn{false};
  auto read = [&] {
    if (readings.first != readings.second) torn = true;
    lock.unlock_shared();
  };
  auto write = [&](bool yields) {
    ++readings.first;
    if (yields) std::this_thread::yield();
    ++readings.second;
    ++writes;
    lock.unlock();
  };
  run_team(32, [&](int id) {
    for (int round = 0; round < 200; ++round) {
      const auto patience = std::chrono::microseconds((round * 7 + id) % 60);
      const bool is_hasty = (round + id) % 3 == 0;
      if (id % 4 == 0) {
        if (is_hasty ? lock.try_lock_for(patience) : (lock.lock(), true)) write(round % 8 == 0);
      } else if (is_hasty ? lock.try_lock_shared_for(patience) : (lock.lock_shared(), true)) {
        read();
      }
    }
  });
  EXPECT_FALSE(torn);
  EXPECT_EQ(readings.first, writes);
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(SharedRwLock, ExcludesAcrossProcesses) {
  struct Shared {
    SharedRwLock lock;
    Readings readings;
  };
  internal::SharedArray<Shared> memory(1);
  Shared& shared = memory[0];
  auto work = [&shared] {
    for (int i = 0; i < 5'000; ++i) {
      {
        const std::scoped_lock guard(shared.lock);
        ++shared.readings.first;
        ++shared.readings.second;
      }
      const std::shared_lock guard(shared.lock);
      if (shared.readings.first != shared.readings.second) return 1;
    }
    return 0;
  };
  const pid_t child = start_process(work);
  EXPECT_EQ(work(), 0);
  EXPECT_EQ(reap(child), 0);
  EXPECT_EQ(shared.readings.first, 10'000);
}

}  // namespace
}  // namespace contend::testing
