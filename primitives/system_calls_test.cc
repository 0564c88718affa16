#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/barrier.h"
#include "primitives/condition.h"
#include "primitives/event.h"
#include "primitives/lock.h"
#include "primitives/semaphore.h"
#include "primitives/spin_lock.h"

namespace contend::testing {
namespace {

constexpr int waiters = 64;

/// Counts the calls that go to the kernel.
struct CountingPlatform : internal::ThreadPlatform {
  template <class... Arguments>
  static internal::FutexResult wait(Arguments&&... arguments) {
    ++waits;
    return internal::ThreadPlatform::wait(std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
  static void wake(Arguments&&... arguments) noexcept {
    ++wakes;
    internal::ThreadPlatform::wake(std::forward<Arguments>(arguments)...);
  }

  static inline std::atomic<int> waits{0};
  static inline std::atomic<int> wakes{0};
};

class SystemCalls : public ::testing::Test {
 protected:
  SystemCalls() { CountingPlatform::waits = CountingPlatform::wakes = 0; }

  /// Starts as many threads as there are waiters, and returns when all of them are about to sleep, or do.
  template <class Wait>
  static std::vector<std::jthread> asleep_in(Wait wait) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < waiters; ++i) threads.emplace_back(wait);
    while (CountingPlatform::waits < waiters) std::this_thread::yield();
    return threads;
  }

  static int wakes() { return CountingPlatform::wakes; }
};

TEST_F(SystemCalls, OneSetWakesAllWaiters) {
  BasicEvent<CountingPlatform> event;
  const auto threads = asleep_in([&] { event.wait(); });
  event.set();
  EXPECT_EQ(wakes(), 1);
}

TEST_F(SystemCalls, OneReleaseWakesAsManyAsItHasPermits) {
  BasicSemaphore<CountingPlatform> semaphore(0);
  const auto threads = asleep_in([&] { semaphore.acquire(); });
  semaphore.release(waiters);
  EXPECT_EQ(wakes(), 1);
}

TEST_F(SystemCalls, TheLastAtABarrierWakesAllOthers) {
  BasicBarrier<CountingPlatform> barrier(waiters + 1);
  const auto threads = asleep_in([&] { barrier.wait(); });
  barrier.wait();
  EXPECT_EQ(wakes(), 1);
}

TEST_F(SystemCalls, ANotifierWakesAFewAndEachPickedWaiterOneMore) {
  SpinLock lock;  // which does not wake anybody itself
  Condition<SpinLock, CountingPlatform> condition(lock);
  {
    const auto threads = asleep_in([&] {
      const std::scoped_lock guard(lock);
      condition.wait();
    });
    const std::scoped_lock guard(lock);
    condition.notify_all();
    EXPECT_EQ(wakes(), internal::most_under_way<CountingPlatform>);
  }
  EXPECT_LE(wakes(), waiters);
}

TEST_F(SystemCalls, NobodyIsWokenWhereNobodyWaits) {
  Lock lock;
  Condition<Lock, CountingPlatform> condition(lock);
  BasicEvent<CountingPlatform> event;
  BasicSemaphore<CountingPlatform> semaphore(0);
  const std::scoped_lock guard(lock);
  condition.notify_all();
  event.set();
  semaphore.release(waiters);
  EXPECT_EQ(wakes(), 0);
}

}  // namespace
}  // namespace contend::testing
