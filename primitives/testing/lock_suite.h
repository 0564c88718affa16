#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>
#include <type_traits>

#include "primitives/concepts.h"
#include "primitives/internal/errors.h"
#include "primitives/testing/mutual_exclusion.h"

// What every lock must do. A lock joins with one line:
//   INSTANTIATE_TYPED_TEST_SUITE_P(MyLock, LockSuite, contend::MyLock);
namespace contend::testing {

template <class L>
class LockSuite : public ::testing::Test {
 protected:
  L lock;
};
TYPED_TEST_SUITE_P(LockSuite);

TYPED_TEST_P(LockSuite, FollowsTheStandardsRequirements) {
  static_assert(Lockable<TypeParam>);
  static_assert(!std::is_copy_constructible_v<TypeParam> && !std::is_move_constructible_v<TypeParam>);
  const std::scoped_lock guard(this->lock);
  std::unique_lock second(this->lock, std::try_to_lock);
  EXPECT_FALSE(second.owns_lock());
}

TYPED_TEST_P(LockSuite, TryLockSucceedsOnlyWhereFree) {
  EXPECT_TRUE(this->lock.try_lock());
  EXPECT_FALSE(this->lock.try_lock());
  this->lock.unlock();
  EXPECT_TRUE(this->lock.try_lock());
  this->lock.unlock();
}

TYPED_TEST_P(LockSuite, TellsWhetherItIsLocked) {
  EXPECT_FALSE(this->lock.is_locked());
  this->lock.lock();
  EXPECT_TRUE(this->lock.is_locked());
  this->lock.unlock();
  EXPECT_FALSE(this->lock.is_locked());
}

TYPED_TEST_P(LockSuite, LetsOneInAtATime) {
  for (const int threads : {2, 4, 8}) {
    const ExclusionReport report = check_exclusion(this->lock, threads, 2000);
    EXPECT_TRUE(report.holds()) << threads << " threads: counted " << report.counted << " of "
                                << report.expected << ", at most " << report.most_inside << " inside";
  }
}

TYPED_TEST_P(LockSuite, AnyThreadMayUnlock) {
  this->lock.lock();
  std::jthread([this] { this->lock.unlock(); }).join();
  EXPECT_TRUE(this->lock.try_lock());
  this->lock.unlock();
}

TYPED_TEST_P(LockSuite, RefusesToUnlockWhatIsNotLocked) {
  if (!internal::costly_checks) GTEST_SKIP() << "a build without assertions: not every lock looks";
  try {
    this->lock.unlock();
    FAIL() << "unlocked what nobody had locked";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::operation_not_permitted);
    EXPECT_NE(std::string(error.what()).find("not locked"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(this->lock.try_lock()) << "the failed unlock must not have changed the lock";
  this->lock.unlock();
}

TYPED_TEST_P(LockSuite, WaiterGetsItWhenReleased) {
  this->lock.lock();
  std::atomic<bool> got{false};
  std::jthread waiter([&] {
    this->lock.lock();
    got = true;
    this->lock.unlock();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(got);
  this->lock.unlock();
  waiter.join();
  EXPECT_TRUE(got);
}

REGISTER_TYPED_TEST_SUITE_P(LockSuite, FollowsTheStandardsRequirements, TryLockSucceedsOnlyWhereFree,
                            TellsWhetherItIsLocked, LetsOneInAtATime, AnyThreadMayUnlock,
                            RefusesToUnlockWhatIsNotLocked, WaiterGetsItWhenReleased);

template <class L>
class TimedLockSuite : public LockSuite<L> {};
TYPED_TEST_SUITE_P(TimedLockSuite);

TYPED_TEST_P(TimedLockSuite, TimesOutWhileHeld) {
  using namespace std::chrono_literals;
  static_assert(TimedLockable<TypeParam>);
  this->lock.lock();
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(this->lock.try_lock_for(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_FALSE(this->lock.try_lock_until(std::chrono::steady_clock::now() + 5ms));
  EXPECT_FALSE(this->lock.try_lock_until(std::chrono::system_clock::now() + 5ms));
  this->lock.unlock();
  EXPECT_TRUE(this->lock.try_lock_for(0s)) << "a time-out must leave nothing behind";
  this->lock.unlock();
}

TYPED_TEST_P(TimedLockSuite, NegativeAndPastArePolls) {
  using namespace std::chrono_literals;
  EXPECT_TRUE(this->lock.try_lock_for(-1h));
  EXPECT_FALSE(this->lock.try_lock_for(-1h));
  EXPECT_FALSE(this->lock.try_lock_for(std::chrono::nanoseconds::min()));
  EXPECT_FALSE(this->lock.try_lock_until(std::chrono::steady_clock::time_point::min()));
  EXPECT_FALSE(this->lock.try_lock_until(std::chrono::system_clock::time_point::min()));
  this->lock.unlock();
}

TYPED_TEST_P(TimedLockSuite, EnormousTimeOutsDoNotOverflow) {
  auto waits_with = [this](auto acquire) {
    this->lock.lock();
    std::atomic<bool> got{false};
    std::jthread waiter([&] { got = acquire(); });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_FALSE(got) << "an enormous time-out must wait";
    this->lock.unlock();
    waiter.join();
    EXPECT_TRUE(got);
    this->lock.unlock();
  };
  using namespace std::chrono;
  waits_with([this] { return this->lock.try_lock_for(nanoseconds::max()); });
  waits_with([this] { return this->lock.try_lock_for(hours::max()); });
  waits_with([this] { return this->lock.try_lock_for(duration<double>(1e300)); });
  waits_with([this] { return this->lock.try_lock_for(years(1000)); });
  waits_with([this] { return this->lock.try_lock_until(steady_clock::time_point::max()); });
  waits_with([this] { return this->lock.try_lock_until(system_clock::time_point::max()); });
}

TYPED_TEST_P(TimedLockSuite, TimeOutsRacingUnlocksLoseNothing) {
  long counter = 0;
  std::atomic<long> entered{0};
  auto worker = [&](int id) {
    for (int round = 0; round < 1000; ++round) {
      const auto patience = std::chrono::microseconds((round * 7 + id) % 40);
      if (!this->lock.try_lock_for(patience)) continue;
      ++counter;
      if (round % 8 == 0) std::this_thread::yield();
      entered.fetch_add(1, std::memory_order_relaxed);
      this->lock.unlock();
    }
  };
  {
    std::vector<std::jthread> team;
    for (int id = 0; id < 4; ++id) team.emplace_back(worker, id);
  }
  EXPECT_EQ(counter, entered);
  EXPECT_TRUE(this->lock.try_lock_for(std::chrono::seconds(10)));
  this->lock.unlock();
}

REGISTER_TYPED_TEST_SUITE_P(TimedLockSuite, TimesOutWhileHeld, NegativeAndPastArePolls,
                            EnormousTimeOutsDoNotOverflow, TimeOutsRacingUnlocksLoseNothing);

}  // namespace contend::testing
