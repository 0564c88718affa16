#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>

#include "primitives/condition.h"
#include "primitives/lock.h"
#include "primitives/rlock.h"
#include "primitives/spin_lock.h"
#include "primitives/testing/schedule_scenarios.h"

namespace contend::testing {
namespace {

using SimLock = BasicLock<SimPlatform>;
using SimRLock = BasicRLock<SimPlatform>;
template <class L>
using SimCondition = Condition<L, SimPlatform>;

/// One sequence number for all: notify lets go whoever looks or wakes first, not who came first.
template <class L>
class ConditionWithoutOrder {
 public:
  explicit ConditionWithoutOrder(L& lock) : lock_(lock) {}

  bool wait_for(std::chrono::hours timeout) {
    const std::uint32_t seen = notified_.load();
    lock_.unlock();
    const auto result = SimPlatform::wait(notified_, seen, internal::Deadline::after(timeout));
    lock_.lock();
    return result == internal::FutexResult::woken;
  }
  void wait() {
    while (!wait_for(long_enough)) {
    }
  }
  void notify(int count = 1) {
    notified_.fetch_add(1);
    SimPlatform::wake(notified_, count);
  }
  void notify_all() { notify(std::numeric_limits<int>::max()); }

 private:
  L& lock_;
  SimPlatform::Word notified_{0};
};

/// What a condition must do, in the plainest form, kept under the same lock.
class Ledger {
 public:
  int come() {
    waiting_.push_back(next_);
    return next_++;
  }
  void notified(std::ptrdiff_t count) {
    for (; count > 0 && !waiting_.empty(); --count) {
      ++picks_;
      picked_.insert(waiting_.front());
      waiting_.pop_front();
    }
  }
  void gone(int waiter, bool was_notified) {
    const bool was_picked = picked_.erase(waiter) == 1;
    require(was_notified || !was_picked, "a notified waiter reports a time-out");
    require(!was_notified || was_picked, "a waiter goes whose turn had not come");
    if (!was_notified) std::erase(waiting_, waiter);
  }
  bool is_settled() const { return picked_.empty(); }
  int picked() const { return picks_; }

 private:
  int next_ = 0;
  int picks_ = 0;
  std::deque<int> waiting_;
  std::set<int> picked_;
};

template <class L, template <class> class C>
struct Booked {
  L lock;
  C<L> condition{lock};
  Ledger ledger;

  void wait() {
    lock.lock();
    const int me = ledger.come();
    condition.wait();
    ledger.gone(me, true);
    lock.unlock();
  }
  void wait_a_while() {
    lock.lock();
    const int me = ledger.come();
    ledger.gone(me, condition.wait_for(long_enough));
    lock.unlock();
  }
  void wait_until_told_to_stop(const std::stop_token& token) {
    lock.lock();
    const int me = ledger.come();
    ledger.gone(me, condition.wait(token));
    lock.unlock();
  }
  void notify(int count) {
    lock.lock();
    condition.notify(count);
    ledger.notified(count);
    lock.unlock();
  }
  void notify_one_by_one(int waiters) {
    while (ledger.picked() < waiters) {
      notify(1);
      SimPlatform::yield();
    }
  }
};

template <class L, template <class> class C>
Scenario first_come_first_woken() {
  auto shared = std::make_shared<Booked<L, C>>();
  auto wait = [shared] { shared->wait(); };
  auto notify = [shared] { shared->notify_one_by_one(3); };
  return {.threads = {wait, wait, wait, notify}};
}

template <class L, template <class> class C>
Scenario time_outs_racing_notifications() {
  auto shared = std::make_shared<Booked<L, C>>();
  auto wait = [shared] { shared->wait_a_while(); };
  auto notify = [shared] {
    shared->notify(1);
    shared->notify(2);
  };
  auto check = [shared] { require(shared->ledger.is_settled(), "a picked waiter never went"); };
  return {.threads = {wait, wait, wait, notify}, .check = check};
}

template <class L>
Scenario stops_racing_notifications() {
  auto shared = std::make_shared<Booked<L, SimCondition>>();
  auto source = std::make_shared<std::stop_source>();
  auto wait = [=] { shared->wait_until_told_to_stop(source->get_token()); };
  auto notify = [=] {
    shared->notify(1);
    shared->notify(2);
  };
  auto check = [=] { require(shared->ledger.is_settled(), "a picked waiter never went"); };
  return {.threads = {wait, wait, notify, [=] { source->request_stop(); }}, .check = check};
}

/// notify_all lets go those who came first, no more at a time than may be under way.
template <class L, template <class> class C>
Scenario a_few_at_a_time() {
  struct Shared {
    L lock;
    C<L> condition{lock};
    int come = 0;
    int gone = 0;
  };
  auto shared = std::make_shared<Shared>();
  auto wait = [shared] {
    shared->lock.lock();
    const int before_me = shared->come++;
    shared->condition.wait();
    require(before_me < shared->gone++ + internal::most_under_way<SimPlatform>, "too many under way");
    shared->lock.unlock();
  };
  auto notify = [shared] {
    shared->lock.lock();
    while (shared->come < 3) {
      shared->lock.unlock();
      SimPlatform::yield();
      shared->lock.lock();
    }
    shared->condition.notify_all();
    shared->lock.unlock();
  };
  return {.threads = {wait, wait, wait, notify}};
}

template <class L>
Scenario items_handed_over() {
  struct Shared {
    L lock;
    SimCondition<L> condition{lock};
    int items = 0;
  };
  auto shared = std::make_shared<Shared>();
  auto consume = [shared] {
    shared->lock.lock();
    shared->condition.wait([&] { return shared->items > 0; });
    --shared->items;
    shared->lock.unlock();
  };
  auto produce = [shared] {
    shared->lock.lock();
    ++shared->items;
    shared->condition.notify();
    shared->lock.unlock();
  };
  auto check = [shared] { require(shared->items == 0, "items came or went"); };
  return {.threads = {consume, consume, produce, produce}, .check = check};
}

Scenario given_up_and_taken_back_whole() {
  struct Shared {
    SimRLock lock;
    SimCondition<SimRLock> condition{lock};
    bool ready = false;
  };
  auto shared = std::make_shared<Shared>();
  auto wait = [shared] {
    for (int i = 0; i < 3; ++i) shared->lock.lock();
    while (!shared->ready) shared->condition.wait_for(long_enough);
    require(shared->lock.depth() == 3, "not restored to its depth");
    std::ignore = shared->lock.unlock_all();
  };
  auto notify = [shared] {
    shared->lock.lock();
    shared->ready = true;
    shared->condition.notify_all();
    shared->lock.unlock();
  };
  return {.threads = {wait, wait, notify}};
}

/// Gone as soon as all have been notified, while they are still on their way.
Scenario destroyed_after_the_last_notification() {
  struct Shared {
    SimLock lock;
    std::optional<SimCondition<SimLock>> condition{lock};
  };
  auto shared = std::make_shared<Shared>();
  auto wait = [shared] {
    shared->lock.lock();
    shared->condition->wait();
    shared->lock.unlock();
  };
  auto notify = [shared] {
    await_sleepers(2);
    shared->lock.lock();
    shared->condition->notify_all();
    shared->condition.reset();
    shared->lock.unlock();
  };
  return {.threads = {wait, wait, notify}};
}

template <class L>
class ConditionSchedule : public ::testing::Test {};
using Locks = ::testing::Types<SimLock, SimRLock, BasicSpinLock<SimPlatform>>;
TYPED_TEST_SUITE(ConditionSchedule, Locks);

TYPED_TEST(ConditionSchedule, FirstComeFirstWoken) {
  expect_held(first_come_first_woken<TypeParam, SimCondition>);
}
TYPED_TEST(ConditionSchedule, TimeOutsRacingNotificationsLoseNothing) {
  expect_held(time_outs_racing_notifications<TypeParam, SimCondition>);
}
TYPED_TEST(ConditionSchedule, StopsRacingNotificationsLoseNothing) {
  expect_held(stops_racing_notifications<TypeParam>);
}
TYPED_TEST(ConditionSchedule, NotifiedTogetherTheyGoAFewAtATime) {
  expect_held(a_few_at_a_time<TypeParam, SimCondition>);
}
TYPED_TEST(ConditionSchedule, HandsItemsOver) { expect_held(items_handed_over<TypeParam>); }
TEST(ConditionScheduleRLock, IsGivenUpAndTakenBackWhole) { expect_held(given_up_and_taken_back_whole); }
TEST(ConditionScheduleLock, MayBeDestroyedAfterTheLastNotification) {
  expect_held(destroyed_after_the_last_notification);
}

/// Says that its unlock will wake a sleeper, and forgets it.
struct ForgetfulLock : SimLock {
  bool wake_at_unlock(const SimPlatform::Word&) noexcept { return true; }
};

// The scenarios are themselves checked.
TEST(ConditionScheduleFaults, AConditionWithoutOrderIsFound) {
  expect_found(first_come_first_woken<SimLock, ConditionWithoutOrder>);
}
TEST(ConditionScheduleFaults, AConditionThatWakesAllAtOnceIsFound) {
  expect_found(a_few_at_a_time<SimLock, ConditionWithoutOrder>);
}
TEST(ConditionScheduleFaults, ALockThatForgetsToWakeIsFound) {
  expect_found(items_handed_over<ForgetfulLock>);
}
TEST(ConditionScheduleFaults, AConditionThatLosesANotificationToATimeOutIsFound) {
  expect_found(time_outs_racing_notifications<SimLock, ConditionWithoutOrder>);
}

}  // namespace
}  // namespace contend::testing
