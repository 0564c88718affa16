#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <vector>

#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"

// What every event must do. One joins with one line:
//   INSTANTIATE_TYPED_TEST_SUITE_P(MyEvent, EventSuite, contend::MyEvent);
namespace contend::testing {

template <class E>
class EventSuite : public ::testing::Test {
 protected:
  E event;
};
TYPED_TEST_SUITE_P(EventSuite);

TYPED_TEST_P(EventSuite, IsSetUntilCleared) {
  static_assert(!std::is_copy_constructible_v<TypeParam> && !std::is_move_constructible_v<TypeParam>);
  EXPECT_FALSE(this->event.is_set());
  this->event.set();
  this->event.set();
  EXPECT_TRUE(this->event.is_set());
  EXPECT_TRUE(this->event.wait());
  with_passed_times([this](auto time) { EXPECT_TRUE(this->event.wait_for(time)); },
                    [this](auto time) { EXPECT_TRUE(this->event.wait_until(time)); });
  this->event.clear();
  this->event.clear();
  EXPECT_FALSE(this->event.is_set());
}

TYPED_TEST_P(EventSuite, TimesOutWhileNotSet) {
  using namespace std::chrono_literals;
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(this->event.wait_for(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_FALSE(this->event.wait_until(std::chrono::steady_clock::now() + 5ms));
  EXPECT_FALSE(this->event.wait_until(std::chrono::system_clock::now() + 5ms));
  EXPECT_FALSE(this->event.wait_until(UserClock::now() + 5ms));
  with_passed_times([this](auto time) { EXPECT_FALSE(this->event.wait_for(time)); },
                    [this](auto time) { EXPECT_FALSE(this->event.wait_until(time)); });
}

TYPED_TEST_P(EventSuite, EnormousTimeOutsDoNotOverflow) {
  using namespace std::chrono;
  auto waits_with = [this](auto wait) {
    this->event.clear();
    std::atomic<bool> through{false};
    std::jthread waiter([&] { through = wait(); });
    std::this_thread::sleep_for(milliseconds(5));
    EXPECT_FALSE(through) << "an enormous time-out must wait";
    this->event.set();
    waiter.join();
    EXPECT_TRUE(through);
  };
  with_enormous_times([&](auto time) { waits_with([this, time] { return this->event.wait_for(time); }); },
                      [&](auto time) { waits_with([this, time] { return this->event.wait_until(time); }); });
}

TYPED_TEST_P(EventSuite, LetsAllThroughEvenIfClearedAtOnce) {
  constexpr int waiters = 16;
  for (int round = 0; round < 20; ++round) {
    std::array<std::atomic<pid_t>, waiters> numbers{};
    std::atomic<int> through{0};
    {
      std::vector<std::jthread> team;
      for (auto& number : numbers) {
        team.emplace_back([&] {
          number = gettid();
          through += this->event.wait_for(std::chrono::seconds(30));
        });
      }
      for (const auto& number : numbers) {
        while (number == 0) std::this_thread::yield();
        await_asleep(number);
      }
      this->event.set();
      this->event.clear();
    }
    ASSERT_EQ(through, waiters);
  }
}

TYPED_TEST_P(EventSuite, PublishesWhatWasDoneBefore) {
  for (int round = 0; round < 500; ++round) {
    TypeParam fresh;
    int data = 0;
    std::jthread waiter([&] {
      fresh.wait();
      EXPECT_EQ(data, 42);
    });
    data = 42;
    fresh.set();
  }
}

TYPED_TEST_P(EventSuite, StopEndsAWait) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> result{-1};
    std::jthread waiter([&](const std::stop_token& stop) { result = this->event.wait(stop); });
    if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20 * round));
    waiter.request_stop();
    waiter.join();
    EXPECT_EQ(result, 0);
  }
  this->event.set();
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_TRUE(this->event.wait(stopped.get_token()));
}

TYPED_TEST_P(EventSuite, TimeOutsRacingSetLoseNothing) {
  for (int round = 0; round < 500; ++round) {
    TypeParam fresh;
    std::atomic<bool> has_set{false};
    auto wait = [&] {
      while (true) {
        const bool before = has_set;
        if (fresh.wait_for(std::chrono::microseconds(round % 50))) return;
        EXPECT_FALSE(before) << "timed out on an event that was set";
      }
    };
    std::jthread one(wait);
    std::jthread two(wait);
    std::this_thread::sleep_for(std::chrono::microseconds(round % 60));
    fresh.set();
    has_set = true;
  }
}

TYPED_TEST_P(EventSuite, MayBeDestroyedByWhoWasLetThrough) {
  for (int round = 0; round < 2000; ++round) {
    InItsOwnPage<TypeParam> fresh;
    std::jthread waiter([&] {
      fresh->wait();
      fresh.destroy();
    });
    if (round % 2 == 0) std::this_thread::yield();
    fresh->set();
  }
}

TYPED_TEST_P(EventSuite, SignalsInAWaitDoNotEndIt) {
  std::atomic<bool> through{false};
  std::thread waiter([&] {
    this->event.wait();
    through = true;
  });
  disturb_with_signals(waiter);
  EXPECT_FALSE(through);
  this->event.set();
  waiter.join();
}

REGISTER_TYPED_TEST_SUITE_P(EventSuite, IsSetUntilCleared, TimesOutWhileNotSet, EnormousTimeOutsDoNotOverflow,
                            LetsAllThroughEvenIfClearedAtOnce, PublishesWhatWasDoneBefore, StopEndsAWait,
                            TimeOutsRacingSetLoseNothing, MayBeDestroyedByWhoWasLetThrough,
                            SignalsInAWaitDoNotEndIt);

}  // namespace contend::testing
