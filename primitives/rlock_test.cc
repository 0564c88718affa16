#include "primitives/rlock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>

#include "primitives/concepts.h"
#include "primitives/testing/lock_suite.h"
#include "primitives/testing/schedule_scenarios.h"
#include "primitives/testing/threads.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(RLock, LockSuite, RLock);
INSTANTIATE_TYPED_TEST_SUITE_P(RLock, TimedLockSuite, RLock);
INSTANTIATE_TYPED_TEST_SUITE_P(RLock, SleepingLockSuite, RLock);
INSTANTIATE_TYPED_TEST_SUITE_P(RLock, LockDestructionSuite, RLock);

namespace {

using namespace std::chrono_literals;

template <class F>
auto in_another_thread(F function) {
  decltype(function()) result{};
  std::thread([&] { result = function(); }).join();
  return result;
}

TEST(RLock, IsSmall) { static_assert(sizeof(RLock) == 16); }

TEST(RLock, IsFreeAfterAsManyUnlocks) {
  RLock lock;
  EXPECT_EQ(lock.depth(), 0U);
  lock.lock();
  EXPECT_TRUE(lock.try_lock());
  EXPECT_TRUE(lock.try_lock_for(-1s));
  EXPECT_TRUE(lock.try_lock_until(std::chrono::system_clock::now() + 1h));
  EXPECT_EQ(lock.depth(), 4U);
  for (unsigned depth = 4; depth > 0; --depth) {
    EXPECT_TRUE(lock.is_owned());
    EXPECT_FALSE(in_another_thread([&] { return lock.try_lock(); }));
    lock.unlock();
    EXPECT_EQ(lock.depth(), depth - 1);
  }
  EXPECT_FALSE(lock.is_owned());
  EXPECT_FALSE(lock.is_locked());
}

TEST(RLock, TellsEachThreadItsOwnDepth) {
  RLock lock;
  const std::scoped_lock guard(lock);
  EXPECT_EQ(lock.depth(), 1U);
  EXPECT_EQ(in_another_thread([&] { return lock.depth(); }), 0U);
  EXPECT_FALSE(in_another_thread([&] { return lock.is_owned(); }));
  EXPECT_TRUE(in_another_thread([&] { return lock.is_locked(); }));
}

TEST(RLock, OnlyTheOwnerUnlocks) {
  RLock lock;
  EXPECT_EQ(error_of([&] { lock.unlock(); }), std::errc::operation_not_permitted);
  const std::scoped_lock guard(lock);
  EXPECT_EQ(in_another_thread([&] { return error_of([&] { lock.unlock(); }); }),
            std::errc::operation_not_permitted);
  EXPECT_EQ(in_another_thread([&] { return error_of([&] { std::ignore = lock.unlock_all(); }); }),
            std::errc::operation_not_permitted);
  EXPECT_EQ(lock.depth(), 1U) << "the failed unlock must not have changed the lock";
}

TEST(RLock, GivesUpAllLevelsAndTakesThemBack) {
  RLock lock;
  for (int i = 0; i < 3; ++i) lock.lock();
  const RLock::Depth depth = lock.unlock_all();
  EXPECT_EQ(depth, 3U);
  EXPECT_TRUE(in_another_thread([&] { return lock.try_lock() && (lock.unlock(), true); }));
  lock.lock_all(depth);
  EXPECT_EQ(lock.depth(), 3U);
  EXPECT_EQ(error_of([&] { lock.lock_all(1); }), std::errc::invalid_argument);
  EXPECT_EQ(lock.unlock_all(), 3U);
  EXPECT_EQ(error_of([&] { lock.lock_all(0); }), std::errc::invalid_argument);
}

TEST(RLock, RefusesToGoTooDeep) {
  RLock lock;
  lock.lock_all(std::numeric_limits<RLock::Depth>::max());
  EXPECT_EQ(error_of([&] { lock.lock(); }), std::errc::resource_unavailable_try_again);
  EXPECT_FALSE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock_for(1s));
  EXPECT_EQ(lock.unlock_all(), std::numeric_limits<RLock::Depth>::max());
}

/// Each visit at depth two, so that the owner's own words are shared with those who only look.
Scenario reentrant_visits() {
  struct Shared {
    BasicRLock<SimPlatform> lock;
    OneAtATime section;
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared] {
    require(shared->lock.depth() == 0, "a depth that is another thread's");
    shared->lock.lock();
    require(shared->lock.try_lock(), "the owner could not enter again");
    shared->section.visit();
    const auto depth = shared->lock.unlock_all();
    require(!shared->lock.is_owned(), "owned after giving up all levels");
    shared->lock.lock_all(depth);
    shared->section.visit();
    require(shared->lock.depth() == 2, "not restored to its depth");
    shared->lock.unlock();
    shared->lock.unlock();
  };
  return {.threads = {work, work, work}};
}

TEST(RLockSchedule, LetsOneInAtATimeHoweverDeep) { expect_held(reentrant_visits); }

TEST(RLockSchedule, MayBeDestroyedByTheLastHolder) {
  expect_held(destroyed_by_the_last_holder<BasicRLock<SimPlatform>>);
}

TEST(RLockSchedule, TimeOutsRacingUnlocksLoseNothing) {
  expect_held(time_outs_racing_unlocks<BasicRLock<SimPlatform>>);
}

}  // namespace
}  // namespace contend::testing
