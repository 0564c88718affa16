#include <gtest/gtest.h>

#include "primitives/lock.h"
#include "primitives/spin_lock.h"
#include "primitives/tas_lock.h"
#include "primitives/testing/schedule_scenarios.h"
#include "primitives/ticket_lock.h"

namespace contend::testing {
namespace {

template <class L>
class LockSchedules : public ::testing::Test {};

using Locks = ::testing::Types<BasicLock<SimPlatform>, BasicTasLock<SimPlatform>, BasicSpinLock<SimPlatform>,
                               BasicTicketLock<SimPlatform>>;
TYPED_TEST_SUITE(LockSchedules, Locks);

TYPED_TEST(LockSchedules, LetOneInAtATime) { expect_held(exclusion<TypeParam>); }

TYPED_TEST(LockSchedules, MayBeDestroyedByTheLastHolder) {
  expect_held(destroyed_by_the_last_holder<TypeParam>);
}

TEST(LockSchedule, TimeOutsRacingUnlocksLoseNothing) {
  expect_held(time_outs_racing_unlocks<BasicLock<SimPlatform>>);
}

}  // namespace
}  // namespace contend::testing
