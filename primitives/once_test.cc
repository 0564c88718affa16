#include "primitives/once.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "primitives/event.h"
#include "primitives/testing/schedule_scenarios.h"
#include "primitives/testing/threads.h"

namespace contend::testing {
namespace {

TEST(Once, CallsOnce) {
  Once once;
  int calls = 0;
  EXPECT_FALSE(once.is_done());
  EXPECT_TRUE(once.call([&](int by) { calls += by; }, 1));
  EXPECT_FALSE(once.call([&](int by) { calls += by; }, 1));
  EXPECT_TRUE(once.is_done());
  EXPECT_EQ(calls, 1);
}

TEST(Once, TriesAgainAfterAnException) {
  Once once;
  EXPECT_THROW(once.call([] { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_FALSE(once.is_done());
  EXPECT_TRUE(once.call([] {}));
}

TEST(Once, OneOfThoseWhoWaitTakesOverAfterAnException) {
  for (int round = 0; round < 50; ++round) {
    Once once;
    std::atomic<int> calls{0};
    std::atomic<int> successes{0};
    std::atomic<int> failures{0};
    run_team(4, [&](int) {
      try {
        successes += once.call([&] {
          if (++calls > 2) return;
          std::this_thread::yield();
          throw std::runtime_error("no");
        });
        EXPECT_TRUE(once.is_done());
      } catch (const std::runtime_error&) {
        ++failures;
      }
    });
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(failures, 2) << "an exception is for the caller alone";
    EXPECT_EQ(successes, 1);
  }
}

TEST(Once, RefusesToWaitForItself) {
  Once once;
  std::error_code error;
  once.call([&] {
    try {
      once.call([] {});
    } catch (const std::system_error& caught) {
      error = caught.code();
    }
  });
  EXPECT_EQ(error, std::errc::resource_deadlock_would_occur);
  EXPECT_TRUE(once.is_done());
}

TEST(Once, SignalsInAWaitDoNotEndIt) {
  Once once;
  Event begun;
  Event go;
  std::jthread runner([&] {
    once.call([&] {
      begun.set();
      go.wait();
    });
  });
  begun.wait();
  std::atomic<bool> through{false};
  std::jthread waiter([&] {
    EXPECT_FALSE(once.call([] { FAIL() << "called"; }));
    through = true;
  });
  disturb_with_signals(waiter);
  EXPECT_FALSE(through);
  go.set();
}

TEST(Lazy, MakesItsValueAtTheFirstUse) {
  struct Fixed {
    explicit Fixed(int v) : value(v) {}
    Fixed(const Fixed&) = delete;
    int value;
  };
  int made = 0;
  Lazy<Fixed> lazy([&] { return Fixed(++made); });
  EXPECT_FALSE(lazy.has_value());
  std::vector<std::jthread> team;
  for (int i = 0; i < 4; ++i) team.emplace_back([&] { EXPECT_EQ(lazy->value, 1); });
  team.clear();
  EXPECT_EQ(&*lazy, &lazy.get());
  EXPECT_EQ(made, 1);
  EXPECT_EQ(*Lazy<int>(), 0);
}

/// The first call throws, whoever makes it.
Scenario racing_calls() {
  struct Shared {
    BasicOnce<SimPlatform> once;
    int calls = 0;
    int failures = 0;
    int successes = 0;
  };
  auto shared = std::make_shared<Shared>();
  auto call = [shared] {
    try {
      const bool mine = shared->once.call([&] {
        SimPlatform::yield();
        if (++shared->calls == 1) throw std::runtime_error("the first");
      });
      if (mine) ++shared->successes;
      require(shared->once.is_done(), "returned before it was done");
    } catch (const std::runtime_error&) {
      ++shared->failures;
    }
  };
  auto check = [shared] {
    require(shared->calls == 2 && shared->failures == 1 && shared->successes == 1, "not exactly once");
  };
  return {.threads = {call, call, call, call}, .check = check};
}

TEST(OnceSchedule, RacingCallsRunItOnce) { expect_held(racing_calls); }

}  // namespace
}  // namespace contend::testing
