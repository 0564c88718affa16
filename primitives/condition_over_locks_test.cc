#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <thread>

#include "primitives/clh_lock.h"
#include "primitives/condition.h"
#include "primitives/lock.h"
#include "primitives/lock_order.h"
#include "primitives/mcs_lock.h"
#include "primitives/reciprocating_lock.h"
#include "primitives/rlock.h"
#include "primitives/robust_lock.h"
#include "primitives/rw_lock.h"
#include "primitives/tas_lock.h"
#include "primitives/testing/threads.h"

// What a condition does with the lock it is used with: an RLock's depth, and every other kind of lock.
namespace contend::testing {
namespace {

using namespace std::chrono_literals;

TEST(ConditionOverRLock, GivesItUpWholeAndRestoresItsDepth) {
  RLock lock;
  Condition condition(lock);
  bool ready = false;
  for (int i = 0; i < 3; ++i) lock.lock();
  std::jthread notifier([&] {
    const std::scoped_lock guard(lock);  // gets it only if all three levels are given up
    ready = true;
    condition.notify();
  });
  condition.wait([&] { return ready; });
  EXPECT_EQ(lock.depth(), 3U);
  EXPECT_FALSE(condition.wait_for(1ms));
  EXPECT_EQ(lock.depth(), 3U);
  EXPECT_EQ(lock.unlock_all(), 3U);
}

TEST(ConditionOverRLock, RestoresItsDepthWhenAnExceptionPasses) {
  RLock lock;
  Condition condition(lock);
  for (int i = 0; i < 3; ++i) lock.lock();
  auto is_restored = [&](auto wait) {
    std::jthread notifier([&] {
      for (int i = 0; i < 3; ++i) lock.lock();
      condition.notify();
      EXPECT_EQ(lock.unlock_all(), 3U) << "a notification leaves the depth as it is";
    });
    int looks = 0;
    auto predicate = [&] { return ++looks == 2 ? throw std::domain_error("from the predicate") : false; };
    EXPECT_THROW(wait(predicate), std::domain_error);
    EXPECT_EQ(lock.depth(), 3U);
  };
  is_restored([&](auto predicate) { condition.wait(predicate); });
  is_restored([&](auto predicate) { condition.wait(std::stop_token(), predicate); });
  is_restored([&](auto predicate) { condition.wait_for(1h, predicate); });
  is_restored(
      [&](auto predicate) { condition.wait_until(std::chrono::system_clock::now() + 1h, predicate); });
  EXPECT_EQ(lock.unlock_all(), 3U);
}

TEST(ConditionOverRLock, OnlyTheOwnerMayWaitOrNotify) {
  RLock lock;
  Condition condition(lock);
  const std::scoped_lock guard(lock);
  std::jthread([&] {
    EXPECT_EQ(error_of([&] { condition.wait(); }), std::errc::operation_not_permitted);
    EXPECT_EQ(error_of([&] { condition.notify(); }), std::errc::operation_not_permitted);
  }).join();
}

struct CheckedLock : Checked<Lock> {
  CheckedLock() : Checked("tested") {}
};

template <class L>
class ConditionOverAnyLock : public ::testing::Test {};
using AnyLocks = ::testing::Types<TasLock, McsLock, ClhLock, ReciprocatingLock, RwLock, RobustLock,
                                  CheckedLock, SharedLock, std::mutex>;
TYPED_TEST_SUITE(ConditionOverAnyLock, AnyLocks);

TYPED_TEST(ConditionOverAnyLock, WaitsAndIsNotified) {
  TypeParam lock;
  Condition condition(lock);
  int turn = 0;
  constexpr int turns = 200;
  run_team(2, [&](int id) {
    const std::scoped_lock guard(lock);
    while (turn < turns) {
      condition.wait([&] { return turn % 2 == id || turn >= turns; });
      ++turn;
      condition.notify_all();
    }
  });
  const std::scoped_lock guard(lock);
  EXPECT_FALSE(condition.wait_for(1ms));
  EXPECT_FALSE(condition.wait_for(1ms, [] { return false; }));
}

}  // namespace
}  // namespace contend::testing
