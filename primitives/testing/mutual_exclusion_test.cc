#include "primitives/testing/mutual_exclusion.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "primitives/lock.h"

// The checker is itself checked: locks with a fault in them must be caught, and a good one must pass.
namespace contend::testing {
namespace {

/// Looks, and only then takes.
class LockThatLetsTwoIn {
 public:
  void lock() {
    while (taken_.load()) std::this_thread::yield();
    std::this_thread::yield();
    taken_.store(true);
  }
  bool try_lock() { return !taken_.exchange(true); }
  void unlock() { taken_.store(false); }

 private:
  std::atomic<bool> taken_{false};
};

/// Right, but for one lock() in a thousand, which does not wait.
class LockThatSometimesForgets {
 public:
  void lock() {
    if (calls_.fetch_add(1) % 1000 == 999) return;
    lock_.lock();
    held_ = true;
  }
  bool try_lock() { return lock_.try_lock(); }
  void unlock() {
    if (held_.exchange(false)) lock_.unlock();
  }

 private:
  Lock lock_;
  std::atomic<bool> held_{false};
  std::atomic<long> calls_{0};
};

template <class L>
bool is_caught() {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    L lock;
    if (!check_exclusion<RacyCell>(lock, 4, 2000).holds()) return true;
  }
  return false;
}

TEST(MutualExclusion, CatchesALockThatLetsTwoIn) { EXPECT_TRUE(is_caught<LockThatLetsTwoIn>()); }

TEST(MutualExclusion, CatchesALockThatSometimesForgets) {
  EXPECT_TRUE(is_caught<LockThatSometimesForgets>());
}

TEST(MutualExclusion, PassesAGoodLock) {
  Lock lock;
  EXPECT_TRUE(check_exclusion<RacyCell>(lock, 4, 2000).holds());
}

}  // namespace
}  // namespace contend::testing
