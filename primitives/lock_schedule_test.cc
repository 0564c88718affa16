#include <gtest/gtest.h>

#include <array>

#include "primitives/lock.h"
#include "primitives/spin_lock.h"
#include "primitives/tas_lock.h"
#include "primitives/testing/schedule_scenarios.h"
#include "primitives/ticket_lock.h"

namespace contend::testing {
namespace {

template <class L>
class LockSchedules : public ::testing::Test {};

using Locks =
    ::testing::Types<BasicLock<SimPlatform, true>, BasicLock<SimPlatform, false>, BasicTasLock<SimPlatform>,
                     BasicSpinLock<SimPlatform>, BasicTicketLock<SimPlatform>>;
TYPED_TEST_SUITE(LockSchedules, Locks);

TYPED_TEST(LockSchedules, LetOneInAtATime) { expect_held(exclusion<TypeParam>); }

TYPED_TEST(LockSchedules, MayBeDestroyedByTheLastHolder) {
  expect_held(destroyed_by_the_last_holder<TypeParam>);
}

/// A platform that differs from SimPlatform in how patient waiters are, and how soon an heir is late.
struct ImpatientPlatform : SimPlatform {
  static constexpr internal::LockTuning lock_tuning = [] {
    internal::LockTuning tuning = SimPlatform::lock_tuning;
    tuning.patience = std::chrono::nanoseconds(0);
    tuning.arrival = std::chrono::nanoseconds(0);
    return tuning;
  }();
};

/// Long enough for the bucket to become quiet, to be disturbed, and to become quiet again.
template <class P>
Scenario locks_of_one_bucket() {
  struct Shared {
    BasicLock<P> locks[2];
    OneAtATime sections[2];
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared](std::size_t first) {
    for (std::size_t i = 0; i < 6; ++i) {
      const std::size_t one = (first + i / 3) % 2;
      shared->locks[one].lock();
      shared->sections[one].visit();
      shared->locks[one].unlock();
    }
  };
  auto check = [shared] {
    require(shared->sections[0].visits() + shared->sections[1].visits() == 18, "a visit was lost");
  };
  return {.threads = {[=] { work(0); }, [=] { work(0); }, [=] { work(1); }}, .check = check};
}

/// What the holder frees must reach whoever sleeps, however quiet its bucket was when the holder locked.
Scenario sleeper_disturbs_a_quiet_bucket() {
  auto lock = std::make_shared<BasicLock<SimPlatform>>();
  for (int i = 0; i < 3; ++i) {
    lock->lock();
    lock->unlock();
  }
  auto work = [lock] {
    lock->lock();
    lock->unlock();
  };
  return {.threads = {work, work}};
}

/// An heir of one lock is nobody for the sleepers of the other.
Scenario heir_of_another_lock() {
  auto locks = std::make_shared<std::array<BasicLock<SimPlatform>, 2>>();
  auto visit = [locks](std::size_t which, int steps) {
    (*locks)[which].lock();
    for (; steps > 0; --steps) SimPlatform::yield();
    (*locks)[which].unlock();
  };
  return {
      .threads = {[=] { visit(0, 8); }, [=] { visit(0, 0); }, [=] { visit(1, 8); }, [=] { visit(1, 0); }}};
}

/// The unlocks of another lock make the bucket calm before the waiter is impatient, and must not after.
Scenario impatient_in_a_calm_bucket() {
  struct Shared {
    BasicLock<SimPlatform> lock, other;
    bool looked = false;
  };
  auto shared = std::make_shared<Shared>();
  shared->lock.lock();
  auto calm_down = [shared] {
    for (int i = 0; i < 3; ++i) {
      shared->other.lock();
      shared->other.unlock();
    }
  };
  auto waiter = [shared] {
    shared->lock.lock();
    while (!shared->looked) SimPlatform::yield();
    shared->lock.unlock();
  };
  auto holder = [=] {
    auto& bucket = internal::LockBuckets<SimPlatform>::of(&shared->lock);
    while (bucket.sleepers.load() == 0) SimPlatform::yield();
    calm_down();
    while (bucket.impatient.load() == 0) SimPlatform::yield();
    calm_down();
    shared->lock.unlock();
    require(!shared->lock.try_lock(), "who was impatient is overtaken");
    shared->looked = true;
  };
  return {.threads = {waiter, holder}};
}

TEST(LockSchedule, WhoIsImpatientInACalmBucketIsHandedTheLock) { expect_held(impatient_in_a_calm_bucket); }

TEST(LockSchedule, AnHeirIsOfOneLockOnly) { expect_held(heir_of_another_lock); }

struct CountsFences : SimPlatform {
  static inline int fences = 0;
  static void heavy_fence() noexcept { ++fences; }
};

TEST(LockBucket, WhoReliesOnABusyBucketFencesWhereNobodyHas) {
  using internal::LockMode;
  internal::LockBucket<CountsFences> bucket;
  CountsFences::fences = 0;
  bucket.disturb();
  EXPECT_EQ(CountsFences::fences, 0) << "at first all see it busy";
  bucket.settle();
  bucket.become_busy();
  bucket.settle_unless_known();
  EXPECT_EQ(bucket.mode.load(), LockMode::quiet) << "nobody relied on it";
  bucket.become_busy();
  bucket.disturb();
  EXPECT_EQ(CountsFences::fences, 1) << "a holder made it busy without one";
  bucket.disturb();
  EXPECT_EQ(CountsFences::fences, 1) << "all see it";
  bucket.sleepers.store(1);
  bucket.settle_unless_known();
  EXPECT_EQ(bucket.mode.load(), LockMode::busy) << "somebody relies on it";
  bucket.settle();
  EXPECT_EQ(bucket.mode.load(), LockMode::calm);
  bucket.disturb();
  EXPECT_EQ(CountsFences::fences, 2) << "it was calm";
}

/// Whose last sleeper left without an unlock, as all do of a process that is forked.
Scenario calm_bucket_without_sleepers() {
  return {.threads = {[] {
            BasicLock<SimPlatform> lock;
            auto& bucket = internal::LockBuckets<SimPlatform>::of(&lock);
            bucket.sleepers.store(1);
            bucket.settle();
            bucket.sleepers.store(0);
            lock.lock();
            lock.unlock();
            require(bucket.mode.load() == internal::LockMode::quiet, "it stays calm");
          }}};
}

TEST(LockBucket, CalmWithoutSleepersItIsQuietAfterAnUnlock) { expect_held(calm_bucket_without_sleepers); }

TEST(LockSchedule, LocksOfOneBucketDoNotDisturbEachOther) {
  expect_held(locks_of_one_bucket<SimPlatform>);
  expect_held(locks_of_one_bucket<ImpatientPlatform>);
}

TEST(LockSchedule, ImpatientWaitersAreHandedTheLock) {
  expect_held(exclusion<BasicLock<ImpatientPlatform>>);
  expect_held(destroyed_by_the_last_holder<BasicLock<ImpatientPlatform>>);
  expect_held(time_outs_racing_unlocks<BasicLock<ImpatientPlatform>>);
}

TEST(LockSchedule, SleeperDisturbsAQuietBucket) { expect_held(sleeper_disturbs_a_quiet_bucket); }

TEST(LockSchedule, TimeOutsRacingUnlocksLoseNothing) {
  expect_held(time_outs_racing_unlocks<BasicLock<SimPlatform>>);
}

}  // namespace
}  // namespace contend::testing
