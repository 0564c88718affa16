#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/errors.h"
#include "primitives/testing/idle_waiter.h"
#include "primitives/testing/mutual_exclusion.h"
#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"

// What every lock must do. A lock joins with one line:
//   INSTANTIATE_TYPED_TEST_SUITE_P(MyLock, LockSuite, contend::MyLock);
namespace contend::testing {

/// A lock that knows its owner: only the owner may unlock.
template <class L>
inline constexpr bool checks_its_owner = requires(const L& lock) {
  lock.is_owned();
};

/// Whether unlock() and the destructor look for misuse. Not every lock looks in builds without assertions.
template <class L>
constexpr bool looks_for_misuse() {
  if constexpr (requires { L::looks_for_misuse; }) {
    return L::looks_for_misuse;
  } else {
    return internal::costly_checks;
  }
}

/// Whether another thread gets the lock by `acquire()`; if so, it is unlocked again.
template <class L, class Acquire>
bool another_thread_gets(L& lock, Acquire acquire) {
  bool got = false;
  std::jthread([&] {
    got = static_cast<bool>(acquire());
    if (got) lock.unlock();
  }).join();
  return got;
}

template <class L>
class LockSuite : public ::testing::Test {
 protected:
  bool another_thread_gets_it() {
    return another_thread_gets(lock, [this] { return lock.try_lock(); });
  }

  L lock;
};
TYPED_TEST_SUITE_P(LockSuite);

TYPED_TEST_P(LockSuite, FollowsTheStandardsRequirements) {
  static_assert(Lockable<TypeParam>);
  static_assert(!std::is_copy_constructible_v<TypeParam> && !std::is_move_constructible_v<TypeParam>);
  {
    const std::scoped_lock guard(this->lock);
    EXPECT_FALSE(this->another_thread_gets_it());
  }
  std::unique_lock guard(this->lock, std::try_to_lock);
  EXPECT_TRUE(guard.owns_lock());
}

TYPED_TEST_P(LockSuite, TryLockSucceedsOnlyWhereFree) {
  EXPECT_TRUE(this->lock.try_lock());
  EXPECT_FALSE(this->another_thread_gets_it());
  this->lock.unlock();
  EXPECT_TRUE(this->another_thread_gets_it());
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

TYPED_TEST_P(LockSuite, AnyThreadMayUnlockUnlessItHasAnOwner) {
  this->lock.lock();
  std::error_code error;
  std::jthread([&] { error = error_of([this] { this->lock.unlock(); }); }).join();
  if (checks_its_owner<TypeParam>) {
    EXPECT_EQ(error, std::errc::operation_not_permitted);
    EXPECT_FALSE(this->another_thread_gets_it()) << "the failed unlock must not have changed the lock";
    this->lock.unlock();
  }
  EXPECT_TRUE(this->another_thread_gets_it());
}

TYPED_TEST_P(LockSuite, RefusesToUnlockWhatIsNotLocked) {
  if (!looks_for_misuse<TypeParam>()) GTEST_SKIP() << "does not look in this build";
  try {
    this->lock.unlock();
    FAIL() << "unlocked what nobody had locked";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::operation_not_permitted);
    EXPECT_NE(std::string(error.what()).find("::unlock: "), std::string::npos) << error.what();
  }
  EXPECT_TRUE(this->lock.try_lock()) << "the failed unlock must not have changed the lock";
  this->lock.unlock();
}

TYPED_TEST_P(LockSuite, SurvivesMoreThreadsThanCpus) {
  constexpr int threads = 32;
  const ExclusionReport report = check_exclusion(this->lock, threads, 100);
  EXPECT_TRUE(report.holds()) << "counted " << report.counted << " of " << report.expected << ", at most "
                              << report.most_inside << " inside";
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
                            TellsWhetherItIsLocked, LetsOneInAtATime, AnyThreadMayUnlockUnlessItHasAnOwner,
                            RefusesToUnlockWhatIsNotLocked, SurvivesMoreThreadsThanCpus,
                            WaiterGetsItWhenReleased);

/// For locks whose waiters sleep.
template <class L>
class SleepingLockSuite : public ::testing::Test {};
TYPED_TEST_SUITE_P(SleepingLockSuite);

TYPED_TEST_P(SleepingLockSuite, AnIdleWaiterUsesNoCpu) {
  TypeParam lock;
  EXPECT_EQ(cpu_time_of_idle_waiter(lock), std::chrono::nanoseconds(0));
}

REGISTER_TYPED_TEST_SUITE_P(SleepingLockSuite, AnIdleWaiterUsesNoCpu);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SleepingLockSuite);

/// For locks that look, mostly in builds with assertions, whether they are destroyed while they are held.
template <class L>
class LockDestructionSuite : public ::testing::Test {};
TYPED_TEST_SUITE_P(LockDestructionSuite);

TYPED_TEST_P(LockDestructionSuite, EndsTheProcessWhereItIsHeld) {
  if (!looks_for_misuse<TypeParam>()) GTEST_SKIP() << "does not look in this build";
  auto destroy_it_held = [] {
    TypeParam lock;
    lock.lock();
  };
  EXPECT_DEATH(destroy_it_held(), "unlock before it is destroyed");
}

REGISTER_TYPED_TEST_SUITE_P(LockDestructionSuite, EndsTheProcessWhereItIsHeld);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LockDestructionSuite);

template <class L>
class TimedLockSuite : public LockSuite<L> {};
TYPED_TEST_SUITE_P(TimedLockSuite);

TYPED_TEST_P(TimedLockSuite, TimesOutWhileHeld) {
  using namespace std::chrono;
  static_assert(TimedLockable<TypeParam>);
  auto gets = [this](auto acquire) { return another_thread_gets(this->lock, acquire); };
  this->lock.lock();
  const auto before = steady_clock::now();
  EXPECT_FALSE(gets([this] { return this->lock.try_lock_for(20ms); }));
  EXPECT_GE(steady_clock::now() - before, 20ms);
  EXPECT_FALSE(gets([this] { return this->lock.try_lock_until(steady_clock::now() + 5ms); }));
  EXPECT_FALSE(gets([this] { return this->lock.try_lock_until(system_clock::now() + 5ms); }));
  this->lock.unlock();
  EXPECT_TRUE(gets([this] { return this->lock.try_lock_for(0s); })) << "a time-out must leave nothing behind";
}

TYPED_TEST_P(TimedLockSuite, NegativeAndPastArePolls) {
  using namespace std::chrono;
  auto gets = [this](auto acquire) { return another_thread_gets(this->lock, acquire); };
  EXPECT_TRUE(this->lock.try_lock_for(-1h));
  with_passed_times(
      [&](auto time) { EXPECT_FALSE(gets([this, time] { return this->lock.try_lock_for(time); })); },
      [&](auto time) { EXPECT_FALSE(gets([this, time] { return this->lock.try_lock_until(time); })); });
  EXPECT_FALSE(gets([this] { return this->lock.try_lock_until(UserClock::now() + 5ms); }));
  this->lock.unlock();
  EXPECT_TRUE(std::unique_lock(this->lock, -1h).owns_lock());
  EXPECT_TRUE(std::unique_lock(this->lock, system_clock::now()).owns_lock());
}

TYPED_TEST_P(TimedLockSuite, EnormousTimeOutsDoNotOverflow) {
  auto waits_with = [this](auto acquire) {
    this->lock.lock();
    std::atomic<bool> got{false};
    std::jthread waiter([&] {
      got = static_cast<bool>(acquire());
      if (got) this->lock.unlock();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_FALSE(got) << "an enormous time-out must wait";
    this->lock.unlock();
    waiter.join();
    EXPECT_TRUE(got);
  };
  with_enormous_times(
      [&](auto time) { waits_with([this, time] { return this->lock.try_lock_for(time); }); },
      [&](auto time) { waits_with([this, time] { return this->lock.try_lock_until(time); }); });
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
