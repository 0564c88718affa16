#include "primitives/testing/idle_waiter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "primitives/spin_lock.h"

// The checker is itself checked: waiters that stay awake, or wake up to look, must be caught.
namespace contend::testing {
namespace {

/// Sleeps between two looks, so it uses next to nothing; but not nothing.
class PollingLock {
 public:
  void lock() {
    while (!lock_.try_lock()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  bool try_lock() { return lock_.try_lock(); }
  void unlock() { lock_.unlock(); }

 private:
  SpinLock lock_;
};

/// In one of many tries: others may take all CPUs for as long as a waiter is watched.
template <class L>
bool uses_cpu() {
  constexpr int tries = 50;
  for (int i = 0; i < tries; ++i) {
    L lock;
    if (cpu_time_of_idle_waiter(lock) > std::chrono::nanoseconds(0)) return true;
  }
  return false;
}

TEST(IdleWaiter, OfASpinLockIsCaught) { EXPECT_TRUE(uses_cpu<SpinLock>()); }

TEST(IdleWaiter, ThatWakesUpToLookIsCaught) { EXPECT_TRUE(uses_cpu<PollingLock>()); }

}  // namespace
}  // namespace contend::testing
