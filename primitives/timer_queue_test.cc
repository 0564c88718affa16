#include "primitives/timer_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "primitives/event.h"
#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;

TEST(TimerQueue, CallsInTheOrderOfTheirTimes) {
  std::vector<int> calls;
  Event all_scheduled;
  Event done;
  {
    TimerQueue timers;
    timers.schedule(0s, [&] { all_scheduled.wait(); });
    const auto now = std::chrono::steady_clock::now();
    auto note = [&](int which) { calls.push_back(which); };
    timers.schedule(now + 30ms, [&] { done.set(); });
    timers.schedule(now + 20ms, note, 3);
    timers.schedule(now + 10ms, note, 1);
    timers.schedule(now + 10ms, note, 2);
    timers.schedule(-1h, note, 0);
    all_scheduled.set();
    done.wait();
    EXPECT_GE(std::chrono::steady_clock::now(), now + 30ms);
  }
  EXPECT_EQ(calls, (std::vector<int>{0, 1, 2, 3}));
}

TEST(TimerQueue, TakesTimesOfAnyClock) {
  std::atomic<int> early{0};
  Event late;
  TimerQueue timers;
  auto count = [&] { ++early; };
  with_passed_times([&](auto time) { timers.schedule(time, count); },
                    [&](auto time) { timers.schedule(time, count); });
  auto never = [] { FAIL() << "called"; };
  with_enormous_times([&](auto time) { timers.schedule(time, never); },
                      [&](auto time) { timers.schedule(time, never); });
  const std::size_t enormous = timers.pending();
  const auto when = std::chrono::system_clock::now() + 20ms;
  timers.schedule(when, [&] { late.set(); });
  late.wait();
  EXPECT_GE(std::chrono::system_clock::now() + 1us, when);
  EXPECT_EQ(early, 12);
  EXPECT_LE(timers.pending(), enormous);
}

TEST(TimerQueue, AFunctionMayCancelItselfAndOthers) {
  TimerQueue timers;
  Event done;
  std::atomic<bool> cancelled_itself{true};
  std::atomic<bool> cancelled_the_other{false};
  TimerQueue::Id own{};
  Event scheduled;
  const auto other = timers.schedule(1h, [] { FAIL() << "called"; });
  own = timers.schedule(0s, [&] {
    scheduled.wait();
    cancelled_itself = timers.cancel(own);
    cancelled_the_other = timers.cancel(other);
    done.set();
  });
  scheduled.set();
  done.wait();
  EXPECT_FALSE(cancelled_itself) << "it is being called";
  EXPECT_TRUE(cancelled_the_other);
  EXPECT_EQ(timers.pending(), 0U);
  EXPECT_FALSE(timers.cancel(TimerQueue::Id{12345})) << "nobody's";
}

TEST(TimerQueue, CancelPreventsTheCall) {
  TimerQueue timers;
  const auto witness = std::make_shared<int>(1);
  const auto id = timers.schedule(1h, [witness] { FAIL() << "called"; });
  EXPECT_EQ(timers.pending(), 1U);
  EXPECT_TRUE(timers.cancel(id));
  EXPECT_EQ(witness.use_count(), 1) << "what it held is let go at once";
  EXPECT_FALSE(timers.cancel(id));
  EXPECT_EQ(timers.pending(), 0U);
  Event fired;
  const auto done = timers.schedule(0s, [&] { fired.set(); });
  fired.wait();
  EXPECT_FALSE(timers.cancel(done));
}

TEST(TimerQueue, DropsWhatIsPendingWhenItGoes) {
  const auto witness = std::make_shared<int>(1);
  {
    TimerQueue timers;
    timers.schedule(1h, [witness] { FAIL() << "called"; });
    timers.schedule(std::chrono::hours::max(), [witness] { FAIL() << "called"; });
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(TimerQueue, WaitsForACallThatHasBegun) {
  std::atomic<bool> ended{false};
  Event begun;
  {
    TimerQueue timers;
    timers.schedule(0s, [&] {
      begun.set();
      std::this_thread::sleep_for(20ms);
      ended = true;
    });
    begun.wait();
  }
  EXPECT_TRUE(ended);
}

TEST(TimerQueue, AnExceptionReachesTheHookAndTheOthersRun) {
  std::string where;
  auto previous = set_exception_hook([&](const EscapedException& escaped) { where = escaped.where; });
  Event fired;
  TimerQueue timers("retries");
  timers.schedule(0s, [] { throw 1; });
  timers.schedule(0s, [&] { fired.set(); });
  fired.wait();
  EXPECT_EQ(where, "a function of TimerQueue \"retries\"");
  set_exception_hook(std::move(previous));
}

TEST(TimerQueue, SignalsNeitherFireNorLoseACall) {
  TimerQueue timers;
  std::atomic<pid_t> sleeper{0};
  std::atomic<bool> fired_early{false};
  Event told;
  timers.schedule(0s, [&] {
    sleeper = this_thread::native_id();
    told.set();
  });
  told.wait();
  const auto far = timers.schedule(1h, [&] { fired_early = true; });
  const auto due = std::chrono::steady_clock::now() + 20ms;
  std::atomic<bool> in_time{false};
  Event fired;
  timers.schedule(due, [&] {
    in_time = std::chrono::steady_clock::now() >= due;
    fired.set();
  });
  await_asleep(sleeper);
  disturb_with_signals(sleeper);
  fired.wait();
  disturb_with_signals(sleeper);  // now it sleeps towards the far one
  EXPECT_TRUE(in_time);
  EXPECT_FALSE(fired_early);
  EXPECT_TRUE(timers.cancel(far));
}

TEST(TimerQueue, FunctionsMaySchedule) {
  Event fired;
  TimerQueue timers;
  std::function<void(int)> again = [&](int left) {
    if (left == 0) return fired.set();
    timers.schedule(100us, again, left - 1);
  };
  again(20);
  fired.wait();
}

TEST(TimerQueue, HoldsAHundredThousand) {
  constexpr int count = 100'000;
  std::atomic<int> called{0};
  Event last;
  TimerQueue timers;
  std::vector<TimerQueue::Id> ids;
  for (int i = 0; i < count; ++i) ids.push_back(timers.schedule(1h, [&] { ++called; }));
  for (int i = 0; i < count; i += 2) EXPECT_TRUE(timers.cancel(ids[static_cast<std::size_t>(i)]));
  EXPECT_EQ(timers.pending(), static_cast<std::size_t>(count) / 2);
  for (int i = 0; i < count; ++i)
    timers.schedule(std::chrono::nanoseconds(i * 7919LL % 1000), [&] { ++called; });
  timers.schedule(50ms, [&] { last.set(); });
  last.wait();
  EXPECT_EQ(called, count);
}

TEST(TimerQueue, CancelRacingTheCallTellsTheTruth) {
  TimerQueue timers;
  std::atomic<int> called{0};
  int cancelled = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto id = timers.schedule(std::chrono::microseconds(i % 50), [&] { ++called; });
    if (i % 3 == 0) std::this_thread::yield();
    if (timers.cancel(id)) ++cancelled;
  }
  Event last;
  timers.schedule(1ms, [&] { last.set(); });
  last.wait();
  EXPECT_EQ(called + cancelled, 2000);
}

}  // namespace
}  // namespace contend::testing
