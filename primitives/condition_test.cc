#include "primitives/condition.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

#include "primitives/lock.h"
#include "primitives/rlock.h"
#include "primitives/spin_lock.h"
#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"
#include "primitives/ticket_lock.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;

template <class L>
class ConditionTest : public ::testing::Test {
 protected:
  /// Threads that wait once each, started in this order.
  std::vector<std::jthread> start_waiters(int count) {
    std::vector<std::jthread> team;
    for (int id = 0; id < count; ++id) {
      team.emplace_back([this, id] {
        const std::scoped_lock guard(lock);
        ++waiting;
        condition.wait();
        order.push_back(id);
      });
      await([this, id] { return waiting == id + 1; });
    }
    return team;
  }

  template <class Holds>
  void await(Holds holds) {
    auto look = [&] {
      const std::scoped_lock guard(lock);
      return holds();
    };
    while (!look()) std::this_thread::yield();
  }

  void notify(std::ptrdiff_t count) {
    const std::scoped_lock guard(lock);
    condition.notify(count);
  }

  L lock;
  Condition<L> condition{lock};
  int waiting = 0;
  std::vector<int> order;  // in which waiters came back
};
using Locks = ::testing::Types<Lock, RLock, SpinLock, TicketLock>;
TYPED_TEST_SUITE(ConditionTest, Locks);

TYPED_TEST(ConditionTest, WakesFirstComeFirstAndAtMostAsManyAsAsked) {
  auto team = this->start_waiters(5);
  this->notify(0);
  this->notify(1);
  this->await([this] { return this->order.size() == 1; });
  this->notify(1);
  this->await([this] { return this->order.size() == 2; });
  std::this_thread::sleep_for(20ms);
  this->await([this] { return this->order == std::vector{0, 1}; });
  {
    const std::scoped_lock guard(this->lock);
    this->condition.notify_all();
  }
  team.clear();
  EXPECT_EQ(this->order.size(), 5U);
}

TYPED_TEST(ConditionTest, ThoseNotifiedTogetherComeBackAFewAtATime) {
  constexpr int few = internal::most_under_way<internal::ThreadPlatform>;
  constexpr int many = 5 * few;
  auto team = this->start_waiters(many);
  this->notify(many - 1);
  this->await([this] { return this->order.size() == many - 1; });
  for (int place = 0; place < many - 1; ++place) {
    EXPECT_LT(this->order[place], place + few) << "too many were on their way";
  }
  this->notify(1);
  team.clear();
  EXPECT_EQ(this->order.back(), many - 1);
}

TYPED_TEST(ConditionTest, ManyNotificationsUnderOneHoldWakeAsMany) {
  constexpr int many = 9;
  auto team = this->start_waiters(many + 1);
  {
    const std::scoped_lock guard(this->lock);
    for (int i = 0; i < many; ++i) this->condition.notify();
  }
  this->await([this] { return this->order.size() == many; });
  this->notify(1);
}

TYPED_TEST(ConditionTest, ANotificationIsNotKeptForWhoComesLater) {
  const std::scoped_lock guard(this->lock);
  this->condition.notify();
  this->condition.notify_all();
  EXPECT_FALSE(this->condition.wait_for(10ms));
}

TYPED_TEST(ConditionTest, WaitingOrNotifyingWithoutTheLockIsAnError) {
  EXPECT_EQ(error_of([this] { this->condition.wait(); }), std::errc::operation_not_permitted);
  EXPECT_EQ(error_of([this] { this->condition.wait_for(1s); }), std::errc::operation_not_permitted);
  EXPECT_EQ(error_of([this] { this->condition.notify(); }), std::errc::operation_not_permitted);
  EXPECT_EQ(error_of([this] { this->condition.notify_all(); }), std::errc::operation_not_permitted);
  const std::scoped_lock guard(this->lock);
  EXPECT_THROW(this->condition.notify(-1), std::invalid_argument);
}

TYPED_TEST(ConditionTest, TimesOutAndHoldsTheLockAgain) {
  const std::scoped_lock guard(this->lock);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(this->condition.wait_for(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_FALSE(this->condition.wait_until(std::chrono::steady_clock::now() + 5ms));
  EXPECT_FALSE(this->condition.wait_until(std::chrono::system_clock::now() + 5ms));
  EXPECT_FALSE(this->condition.wait_until(UserClock::now() + 5ms));
  with_passed_times([this](auto time) { EXPECT_FALSE(this->condition.wait_for(time)); },
                    [this](auto time) { EXPECT_FALSE(this->condition.wait_until(time)); });
  auto never = [] { return false; };
  with_passed_times([&](auto time) { EXPECT_FALSE(this->condition.wait_for(time, never)); },
                    [&](auto time) { EXPECT_FALSE(this->condition.wait_until(time, never)); });
  EXPECT_FALSE(this->condition.wait_for(5ms, [] { return false; }));
  EXPECT_FALSE(this->condition.wait_until(std::chrono::system_clock::now() + 5ms, [] { return false; }));
  EXPECT_TRUE(this->condition.wait_for(-1s, [] { return true; }));
  EXPECT_TRUE(this->lock.is_locked());
}

TYPED_TEST(ConditionTest, EnormousTimeOutsDoNotOverflow) {
  auto waits_with = [this](auto wait) {
    std::atomic<bool> result{false};
    this->waiting = 0;
    std::thread waiter([&] {
      const std::scoped_lock guard(this->lock);
      this->waiting = 1;
      result = wait();
    });
    this->await([this] { return this->waiting == 1; });
    std::this_thread::sleep_for(5ms);
    EXPECT_FALSE(result) << "an enormous time-out must wait";
    this->notify(1);
    waiter.join();
    EXPECT_TRUE(result);
  };
  with_enormous_times(
      [&](auto time) { waits_with([this, time] { return this->condition.wait_for(time); }); },
      [&](auto time) { waits_with([this, time] { return this->condition.wait_until(time); }); });
}

TYPED_TEST(ConditionTest, HandsEveryItemOver) {
  int items = 0;
  int taken = 0;
  constexpr int rounds = 2000;
  run_team(4, [&](int id) {
    for (int round = 0; round < rounds; ++round) {
      const std::scoped_lock guard(this->lock);
      if (id % 2 == 0) {
        ++items;
        this->condition.notify();
      } else {
        this->condition.wait([&] { return items > 0; });
        --items;
        ++taken;
      }
    }
  });
  EXPECT_EQ(items, 0);
  EXPECT_EQ(taken, 2 * rounds);
}

/// Every notification picks a waiter; as many waits must report one, whatever else ends waits at the time.
TYPED_TEST(ConditionTest, TimeOutsAndStopsRacingNotificationsLoseNothing) {
  long picked = 0;
  long reported = 0;
  std::atomic<int> still_waiting{3};
  std::thread notifier([&] {
    while (still_waiting > 0) {
      {
        const std::scoped_lock guard(this->lock);
        if (this->waiting > 0) {
          this->condition.notify();
          --this->waiting;
          ++picked;
        }
      }
      std::this_thread::yield();
    }
  });
  run_team(3, [&](int id) {
    for (int round = 0; round < 1000; ++round) {
      std::stop_source source;
      std::jthread stopper;
      if (round % 16 == 0) stopper = std::jthread([&] { source.request_stop(); });
      const std::scoped_lock guard(this->lock);
      ++this->waiting;
      const bool notified = round % 16 == 0
                                ? this->condition.wait(source.get_token())
                                : this->condition.wait_for(std::chrono::microseconds((round * 7 + id) % 60));
      if (notified) {
        ++reported;
      } else {
        --this->waiting;
      }
    }
    --still_waiting;
  });
  notifier.join();
  EXPECT_EQ(reported, picked);
  EXPECT_EQ(this->waiting, 0);
}

TYPED_TEST(ConditionTest, StopEndsAWait) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> result{-1};
    std::jthread waiter([&](const std::stop_token& stop) {
      const std::scoped_lock guard(this->lock);
      result = round % 2 == 0 ? this->condition.wait(stop) : this->condition.wait(stop, [] { return false; });
    });
    if (round % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20 * round));
    waiter.request_stop();
    waiter.join();
    EXPECT_EQ(result, 0);
  }
  const std::scoped_lock guard(this->lock);
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_TRUE(this->condition.wait(stopped.get_token(), [] { return true; }));
  EXPECT_FALSE(this->condition.wait_for(stopped.get_token(), 10s, [] { return false; }));
}

TYPED_TEST(ConditionTest, MayBeDestroyedOnceAllAreNotified) {
  struct Both {
    TypeParam lock;
    std::optional<Condition<TypeParam>> condition{lock};
    int waiting = 0;
    std::atomic<int> gone{0};
  };
  for (int round = 0; round < 300; ++round) {
    InItsOwnPage<Both> both;
    auto wait = [&] {
      {
        const std::scoped_lock guard(both->lock);
        ++both->waiting;
        both->condition->wait();
      }
      if (++both->gone == 2) both.destroy();
    };
    std::jthread one(wait);
    std::jthread two(wait);
    for (bool done = false; !done; std::this_thread::yield()) {
      const std::scoped_lock guard(both->lock);
      if (both->waiting < 2) continue;
      both->condition->notify_all();
      both->condition.reset();
      done = true;
    }
  }
}

TYPED_TEST(ConditionTest, SignalsInAWaitDoNotEndIt) {
  auto team = this->start_waiters(1);
  disturb_with_signals(team.front());
  this->await([this] { return this->order.empty(); });
  this->notify(1);
}

}  // namespace
}  // namespace contend::testing
