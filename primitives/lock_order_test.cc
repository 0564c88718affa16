#include "primitives/lock_order.h"

#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "primitives/condition.h"
#include "primitives/lock.h"
#include "primitives/rlock.h"
#include "primitives/testing/lock_suite.h"
#include "primitives/testing/threads.h"

namespace contend::testing {

/// For the suite, which makes locks without arguments.
struct CheckedLock : Checked<Lock> {
  CheckedLock() : Checked("tested") {}
};
INSTANTIATE_TYPED_TEST_SUITE_P(Checked, LockSuite, CheckedLock);
INSTANTIATE_TYPED_TEST_SUITE_P(Checked, TimedLockSuite, CheckedLock);

namespace {

/// What lock() says where it refuses; empty where it does not.
template <class L>
std::string refusal(L& lock) {
  try {
    lock.lock();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::resource_deadlock_would_occur);
    return error.what();
  }
  lock.unlock();
  return "";
}

void take_in_order(std::vector<Checked<Lock>*> locks) {
  for (auto* lock : locks) lock->lock();
  for (auto* lock : locks) lock->unlock();
}

class LockOrder : public ::testing::Test {
 protected:
  Checked<Lock> a{"accounts"};
  Checked<Lock> b{"journal"};
  Checked<Lock> c{"index"};
};

TEST_F(LockOrder, NamesACycleOfTwo) {
  std::thread([&] { take_in_order({&a, &b}); }).join();
  const std::scoped_lock guard(b);
  const std::string why = refusal(a);
  EXPECT_NE(why.find("waiting for \"accounts\" while holding \"journal\""), std::string::npos) << why;
  EXPECT_NE(why.find("\"accounts\", then \"journal\", then \"accounts\""), std::string::npos) << why;
}

TEST_F(LockOrder, FindsACycleOfThree) {
  take_in_order({&a, &b});
  take_in_order({&b, &c});
  const std::scoped_lock guard(c);
  const std::string why = refusal(a);
  EXPECT_NE(why.find("\"accounts\", then \"journal\", then \"index\", then \"accounts\""), std::string::npos)
      << why;
}

TEST_F(LockOrder, ARefusalLeavesEverythingUsable) {
  take_in_order({&a, &b});
  b.lock();
  EXPECT_NE(refusal(a), "");
  b.unlock();
  take_in_order({&a, &b});
  EXPECT_TRUE(a.try_lock());
  a.unlock();
}

TEST_F(LockOrder, OneOrderIsNoFault) {
  for (int round = 0; round < 3; ++round) take_in_order({&a, &b, &c});
  take_in_order({&a, &c});
}

TEST_F(LockOrder, TakingThemTogetherIsNoFault) {
  for (int round = 0; round < 10; ++round) {
    { const std::scoped_lock both(a, b); }
    { const std::scoped_lock both(b, a); }
  }
}

TEST_F(LockOrder, LocksOfSeveralKindsCanBeTakenTogetherInAnyOrder) {
  Lock plain;
  RLock reentrant;
  constexpr int rounds = 2000;
  int taken = 0;
  run_team(4, [&](int id) {
    for (int round = 0; round < rounds; ++round) {
      if (id % 2 == 0) {
        const std::scoped_lock all(plain, reentrant, a);
        ++taken;
      } else {
        const std::scoped_lock all(a, reentrant, plain);
        ++taken;
      }
    }
  });
  EXPECT_EQ(taken, 4 * rounds);
}

TEST_F(LockOrder, TryingIsNoFaultButHolds) {
  take_in_order({&a, &b});
  const std::scoped_lock guard(b);
  EXPECT_TRUE(a.try_lock());
  a.unlock();
  EXPECT_TRUE(c.try_lock_for(std::chrono::seconds(1)));
  EXPECT_NE(refusal(a), "") << "held by trying, but held";
  c.unlock();
}

TEST_F(LockOrder, RefusesToTakeALockTwice) {
  const std::scoped_lock guard(a);
  EXPECT_NE(refusal(a).find("not reentrant"), std::string::npos);
}

TEST_F(LockOrder, LetsAReentrantLockBeTakenTwice) {
  Checked<RLock> reentrant("reentrant");
  const std::scoped_lock outer(reentrant);
  const std::scoped_lock between(a);
  EXPECT_EQ(refusal(reentrant), "");
  EXPECT_EQ(refusal(b), "");
}

TEST_F(LockOrder, ACheckedReentrantLockIsGivenUpWholeByACondition) {
  Checked<RLock> lock("lock");
  Condition condition(lock);
  for (int i = 0; i < 3; ++i) lock.lock();
  bool ready = false;
  std::jthread notifier([&] {
    const std::scoped_lock guard(lock);
    ready = true;
    condition.notify();
  });
  condition.wait([&] { return ready; });
  EXPECT_EQ(lock.depth(), 3U);
  for (int i = 0; i < 3; ++i) lock.unlock();
  EXPECT_EQ(error_of([&] { condition.wait(); }), std::errc::operation_not_permitted);
}

TEST_F(LockOrder, ForgetsALockThatHasGone) {
  std::optional<Checked<Lock>> middle(std::in_place, "middle");
  take_in_order({&a, &*middle});
  take_in_order({&*middle, &b});
  middle.reset();
  const std::scoped_lock guard(b);
  EXPECT_EQ(refusal(a), "");
}

TEST_F(LockOrder, KnowsWhoHoldsWhatAnotherThreadUnlocked) {
  a.lock();
  std::thread([&] { a.unlock(); }).join();
  take_in_order({&b, &a});
}

}  // namespace
}  // namespace contend::testing
