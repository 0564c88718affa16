#include "primitives/timer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "primitives/event.h"
#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;

TEST(Timer, CallsOnceAndNotTooEarly) {
  std::atomic<int> sum{0};
  Timer timer(
      30ms, [&](int a, const std::unique_ptr<int>& b) { sum += a + *b; }, 1, std::make_unique<int>(2));
  const auto before = std::chrono::steady_clock::now();
  timer.start();
  timer.join();
  EXPECT_GE(std::chrono::steady_clock::now() - before, 30ms);
  EXPECT_EQ(sum, 3);
  EXPECT_TRUE(timer.has_fired());
  EXPECT_FALSE(timer.is_alive());
  EXPECT_FALSE(timer.cancel()) << "too late, and does nothing";
  EXPECT_THROW(timer.start(), std::system_error);
}

TEST(Timer, CallsOnAThreadOfItsOwn) {
  std::vector<pid_t> numbers;
  for (int i = 0; i < 2; ++i) {
    Timer timer(0s, [&] {
      numbers.push_back(this_thread::native_id());
      EXPECT_EQ(this_thread::name(), "Timer");
    });
    timer.start();
    timer.join();
  }
  ASSERT_EQ(numbers.size(), 2U);
  EXPECT_NE(numbers[0], this_thread::native_id());
  EXPECT_NE(numbers[0], numbers[1]);
}

/// The number of the thread of this process that the kernel knows by that name; 0 where there is none.
pid_t number_of(const std::string& name) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "comm");
    std::string found;
    if (std::getline(file, found) && found == name) return std::stoi(task.path().filename());
  }
  return 0;
}

TEST(Timer, SignalsDoNotFireIt) {
  Timer timer(1h, [] { FAIL() << "called"; });
  timer.start();
  pid_t number = 0;
  while ((number = number_of("Timer")) == 0) std::this_thread::yield();
  await_asleep(number);
  disturb_with_signals(number);
  EXPECT_FALSE(timer.has_fired());
  EXPECT_TRUE(timer.is_alive());
}

TEST(Timer, CancelPreventsTheCall) {
  Timer timer(1h, [] { FAIL() << "called"; });
  timer.start();
  EXPECT_TRUE(timer.is_alive());
  EXPECT_FALSE(timer.try_join_for(5ms));
  EXPECT_TRUE(timer.cancel());
  EXPECT_TRUE(timer.cancel());
  timer.join();
  EXPECT_FALSE(timer.has_fired());

  Timer never_started(0s, [] { FAIL() << "called"; });
  EXPECT_TRUE(never_started.cancel());
  never_started.start();
  never_started.join();
}

TEST(Timer, ASecondStartDoesNotDelayIt) {
  Timer timer(200ms, [] {});
  timer.start();
  for (int tries = 0; tries < 5000 && !timer.has_fired(); ++tries) {
    EXPECT_EQ(error_of([&] { timer.start(); }), std::errc::operation_not_permitted);
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_TRUE(timer.has_fired());
}

TEST(Timer, CanNotBeUsedOnceMovedFrom) {
  Timer timer(1h, [] { FAIL() << "called"; });
  const Timer moved = std::move(timer);
  EXPECT_EQ(error_of([&] { timer.start(); }), std::errc::invalid_argument);  // NOLINT: what is tested
  EXPECT_EQ(error_of([&] { timer.cancel(); }), std::errc::invalid_argument);
  EXPECT_FALSE(moved.has_fired());
}

TEST(Timer, DestructionCancels) {
  const auto witness = std::make_shared<int>(1);
  {
    Timer timer(std::chrono::hours::max(), [witness] { FAIL() << "called"; });
    timer.start();
    const Timer never_started(1h, [witness] { FAIL() << "called"; });
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(Timer, CancelledFromItsOwnFunctionGoesOn) {
  std::atomic<bool> cancelled{true};
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(1ms, [&] { cancelled = timer->cancel(); });
  timer->start();
  timer->join();
  EXPECT_FALSE(cancelled);
  EXPECT_TRUE(timer->has_fired());
}

TEST(Timer, MayBeDestroyedByItsOwnFunction) {
  auto ended = std::make_shared<Event>();
  auto owner = std::make_shared<std::unique_ptr<Timer>>();
  *owner = std::make_unique<Timer>(0s, [owner, ended] {
    owner->reset();
    ended->set();
  });
  Timer& timer = **owner;
  timer.start();
  ended->wait();
}

TEST(Timer, DestructionWaitsForACallThatHasBegun) {
  Event begun;
  std::atomic<bool> ended{false};
  {
    Timer timer(0s, [&] {
      begun.set();
      std::this_thread::sleep_for(20ms);
      ended = true;
    });
    timer.start();
    begun.wait();
    EXPECT_FALSE(timer.cancel());
    EXPECT_TRUE(timer.is_alive());
  }
  EXPECT_TRUE(ended);
}

TEST(Timer, OfManyWhoCancelAtOnceAllAreTold) {
  for (int round = 0; round < 20; ++round) {
    Timer timer(1h, [] { FAIL() << "called"; });
    timer.start();
    std::atomic<int> told{0};
    run_team(3, [&](int) { told += timer.cancel(); });
    timer.join();
    EXPECT_EQ(told, 3);
  }
}

TEST(Timer, FiresAtOnceWhereTheIntervalIsNotPositive) {
  Event fired;
  Timer zero(0s, [&] { fired.set(); });
  zero.start();
  fired.wait();
  with_passed_times(
      [&](auto interval) {
        Timer passed(interval, [&] { fired.set(); });
        fired.clear();
        passed.start();
        fired.wait();
        with_passed_times([&](auto time) { passed.try_join_for(time); },
                          [&](auto time) { passed.try_join_until(time); });
      },
      [](auto /*time*/) {});
  with_enormous_times(
      [](auto interval) {
        Timer never(interval, [] { FAIL() << "called"; });
        never.start();
        EXPECT_FALSE(never.try_join_for(2ms));
      },
      [](auto /*time*/) {});
}

TEST(Timer, AnExceptionReachesTheHook) {
  std::string where;
  auto previous = set_exception_hook([&](const EscapedException& escaped) { where = escaped.where; });
  Timer timer(0s, [] { throw 1; });
  timer.start();
  timer.join();
  EXPECT_EQ(where, "Thread \"Timer\"");
  set_exception_hook(std::move(previous));
}

TEST(Timer, CancelRacingTheCallTellsTheTruth) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<bool> called{false};
    Timer timer(std::chrono::microseconds(round), [&] { called = true; });
    timer.start();
    if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round));
    const bool cancelled = timer.cancel();
    timer.join();
    EXPECT_NE(called, cancelled);
  }
}

}  // namespace
}  // namespace contend::testing
