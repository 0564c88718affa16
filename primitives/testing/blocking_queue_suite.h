#pragma once

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/queue_shut_down.h"
#include "primitives/testing/tracked.h"

// What every bounded queue must do that also waits, and that can be closed. Subjects are those of
// queue_suite.h.
namespace contend::testing {

using SteadyClock = std::chrono::steady_clock;

template <class Subject>
class BlockingQueueSuite : public ::testing::Test {
 public:
  template <class T>
  using Queue = typename Subject::template Queue<T>;

  static_assert(BlockingQueue<Queue<int>>);

  static constexpr std::size_t most_workers = Subject::most_workers;
  /// Most likely enough for another thread to fall asleep; nothing depends on it but what is exercised.
  static void let_others_sleep() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }

  static std::chrono::nanoseconds cpu_time_of_this_thread() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  }
};

TYPED_TEST_SUITE_P(BlockingQueueSuite);

TYPED_TEST_P(BlockingQueueSuite, PopWaitsForAnItem) {
  typename TestFixture::template Queue<std::unique_ptr<int>> queue(1);
  std::jthread producer([&] {
    TestFixture::let_others_sleep();
    EXPECT_TRUE(queue.push(std::make_unique<int>(7)));
  });
  EXPECT_EQ(**queue.pop(), 7);
}

TYPED_TEST_P(BlockingQueueSuite, PushWaitsForRoom) {
  typename TestFixture::template Queue<int> queue(1);
  EXPECT_TRUE(queue.push(1));
  std::jthread consumer([&] {
    TestFixture::let_others_sleep();
    EXPECT_EQ(queue.pop(), 1);
  });
  EXPECT_TRUE(queue.push(2));
  consumer.join();
  EXPECT_EQ(queue.pop(), 2);
}

/// A lost wake-up stops this for good.
TYPED_TEST_P(BlockingQueueSuite, EveryHandOverWakes) {
  typename TestFixture::template Queue<int> there(1);
  typename TestFixture::template Queue<int> back(1);
  std::jthread echo([&] {
    while (const auto item = there.pop()) {
      if (*item % 8 == 0) std::this_thread::sleep_for(std::chrono::microseconds(*item % 64));
      back.push(*item);
    }
  });
  for (int i = 0; i < 3000; ++i) {
    there.push(i);
    ASSERT_EQ(back.pop(), i);
  }
  there.close();
}

TYPED_TEST_P(BlockingQueueSuite, TimedFormsGiveUpAtTheirDeadlineAndNotBefore) {
  using namespace std::chrono_literals;
  typename TestFixture::template Queue<std::unique_ptr<int>> queue(1);
  const auto takes_20_ms = [](auto call) {
    const auto start = SteadyClock::now();
    EXPECT_FALSE(call());
    EXPECT_GE(SteadyClock::now() - start, 20ms);
  };
  takes_20_ms([&] { return queue.try_pop_for(20ms).has_value(); });
  takes_20_ms([&] { return queue.try_pop_until(SteadyClock::now() + 20ms).has_value(); });
  takes_20_ms([&] { return queue.try_pop_until(std::chrono::system_clock::now() + 21ms).has_value(); });
  auto value = std::make_unique<int>(1);
  EXPECT_TRUE(queue.try_push_for(std::make_unique<int>(0), 0ms));
  takes_20_ms([&] { return queue.try_push_for(std::move(value), 20ms); });
  takes_20_ms([&] { return queue.try_push_until(std::move(value), SteadyClock::now() + 20ms); });
  EXPECT_NE(value, nullptr);
  EXPECT_TRUE(queue.try_pop_until(SteadyClock::now() + 20ms).has_value());
}

TYPED_TEST_P(BlockingQueueSuite, DeadlinesInThePastPoll) {
  using namespace std::chrono_literals;
  typename TestFixture::template Queue<int> queue(1);
  for (const auto timeout : {-1h, 0h, std::chrono::hours::min()}) {
    EXPECT_EQ(queue.try_pop_for(timeout), std::nullopt);
    EXPECT_TRUE(queue.try_push_for(3, timeout));
    EXPECT_FALSE(queue.try_push_for(4, timeout));
    EXPECT_EQ(queue.try_pop_for(timeout), 3);
  }
  EXPECT_EQ(queue.try_pop_until(SteadyClock::time_point::min()), std::nullopt);
  EXPECT_TRUE(queue.try_push_until(5, SteadyClock::now() - 1h));
  EXPECT_EQ(queue.try_pop_until(SteadyClock::now() - 1h), 5);
}

TYPED_TEST_P(BlockingQueueSuite, DeadlinesBeyondTheClockAreNever) {
  typename TestFixture::template Queue<int> queue(1);
  std::jthread producer([&] {
    for (int i = 0; i < 4; ++i) {
      TestFixture::let_others_sleep();
      EXPECT_TRUE(queue.try_push_for(i, std::chrono::nanoseconds::max()));
    }
  });
  EXPECT_EQ(queue.try_pop_for(std::chrono::nanoseconds::max()), 0);
  EXPECT_EQ(queue.try_pop_for(std::chrono::hours::max()), 1);
  EXPECT_EQ(queue.try_pop_until(SteadyClock::time_point::max()), 2);
  EXPECT_EQ(queue.try_pop_until(std::chrono::system_clock::time_point::max()), 3);
}

TYPED_TEST_P(BlockingQueueSuite, WaitingBurnsNoCpu) {
  using namespace std::chrono_literals;
  typename TestFixture::template Queue<int> queue(1);
  const auto before = TestFixture::cpu_time_of_this_thread();
  EXPECT_EQ(queue.try_pop_for(200ms), std::nullopt);
  EXPECT_LT(TestFixture::cpu_time_of_this_thread() - before, 100ms);
}

TYPED_TEST_P(BlockingQueueSuite, SignalsDoNotEndAWait) {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // without SA_RESTART
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  typename TestFixture::template Queue<int> queue(1);
  {
    std::jthread consumer([&] { EXPECT_EQ(queue.pop(), 1); });
    for (int i = 0; i < 20; ++i) {
      pthread_kill(consumer.native_handle(), SIGUSR1);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    queue.push(1);
  }
  sigaction(SIGUSR1, &before, nullptr);
}

TYPED_TEST_P(BlockingQueueSuite, CloseRefusesPushesAndDrains) {
  using namespace std::chrono_literals;
  typename TestFixture::template Queue<std::unique_ptr<int>> queue(3);
  EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
  EXPECT_TRUE(queue.push(std::make_unique<int>(2)));
  EXPECT_FALSE(queue.is_closed());
  queue.close();
  queue.close();
  EXPECT_TRUE(queue.is_closed());
  EXPECT_FALSE(queue.is_drained());
  auto late = std::make_unique<int>(3);
  EXPECT_FALSE(queue.try_push(std::move(late)));
  EXPECT_FALSE(queue.push(std::move(late)));
  EXPECT_FALSE(queue.try_push_for(std::move(late), 1h));
  EXPECT_FALSE(queue.try_push_until(std::move(late), std::chrono::system_clock::now() + 1h));
  EXPECT_EQ(queue.try_push_n(std::span(&late, 1)), 0U);
  EXPECT_NE(late, nullptr);
  EXPECT_EQ(**queue.pop(), 1);
  EXPECT_EQ(**queue.try_pop_for(1h), 2);
  EXPECT_TRUE(queue.is_drained());
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
  EXPECT_EQ(queue.try_pop_for(1h), std::nullopt);
  EXPECT_EQ(queue.try_pop_until(std::chrono::system_clock::now() + 1h), std::nullopt);
}

TYPED_TEST_P(BlockingQueueSuite, CloseWakesAllWhoWait) {
  for (int round = 0; round < 20; ++round) {
    typename TestFixture::template Queue<int> empty(1);
    typename TestFixture::template Queue<int> full(1);
    full.push(0);
    std::vector<std::jthread> waiting;
    for (std::size_t i = 0; i < TestFixture::most_workers; ++i) {
      waiting.emplace_back([&] { EXPECT_EQ(empty.pop(), std::nullopt); });
      waiting.emplace_back([&] { EXPECT_FALSE(full.push(1)); });
    }
    if (round % 2 == 0) TestFixture::let_others_sleep();
    empty.close();
    full.close();
  }
}

TYPED_TEST_P(BlockingQueueSuite, ImmediateCloseEndsThePopsToo) {
  using namespace std::chrono_literals;
  for (const bool drains_first : {false, true}) {
    ASSERT_EQ(Tracked::living, 0);
    {
      typename TestFixture::template Queue<Tracked> queue(3);
      for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.push(Tracked(i)));
      EXPECT_EQ(queue.pop()->value(), 0);
      if (drains_first) queue.close();
      queue.close(ShutdownMode::immediate);
      queue.close();
      EXPECT_TRUE(queue.is_closed());
      EXPECT_TRUE(queue.is_drained());
      EXPECT_FALSE(queue.push(Tracked(4)));
      EXPECT_FALSE(queue.try_push(Tracked(4)));
      EXPECT_FALSE(queue.pop().has_value());
      EXPECT_FALSE(queue.try_pop().has_value());
      EXPECT_FALSE(queue.try_pop_for(1h).has_value());
    }
    EXPECT_EQ(Tracked::living, 0);
  }
}

TYPED_TEST_P(BlockingQueueSuite, ImmediateCloseWakesAllWhoWait) {
  for (int round = 0; round < 20; ++round) {
    typename TestFixture::template Queue<int> empty(1);
    typename TestFixture::template Queue<int> full(1);
    full.push(0);
    std::vector<std::jthread> waiting;
    for (std::size_t i = 0; i < TestFixture::most_workers; ++i) {
      waiting.emplace_back([&] { EXPECT_EQ(empty.pop(), std::nullopt); });
      waiting.emplace_back([&] { EXPECT_FALSE(full.push(1)); });
    }
    if (round % 2 == 0) TestFixture::let_others_sleep();
    empty.close(ShutdownMode::immediate);
    full.close(ShutdownMode::immediate);
    int out = 0;
    EXPECT_EQ(full.try_pop_n(&out, 1), 0U);
  }
}

/// However close() and the pushes fall together, what was accepted is what is popped.
TYPED_TEST_P(BlockingQueueSuite, NothingAcceptedIsLostWhenClosing) {
  for (int round = 0; round < 300; ++round) {
    typename TestFixture::template Queue<int> queue(2);
    std::vector<int> accepted(TestFixture::most_workers);
    std::vector<int> popped(TestFixture::most_workers);
    {
      std::vector<std::jthread> workers;
      for (int& count : accepted) {
        workers.emplace_back([&] {
          while (queue.push(0)) ++count;
        });
      }
      for (int& count : popped) {
        workers.emplace_back([&] {
          while (queue.pop()) ++count;
        });
      }
      std::this_thread::sleep_for(std::chrono::microseconds(round));
      queue.close();
    }
    ASSERT_EQ(std::accumulate(accepted.begin(), accepted.end(), 0),
              std::accumulate(popped.begin(), popped.end(), 0));
  }
}

REGISTER_TYPED_TEST_SUITE_P(BlockingQueueSuite, PopWaitsForAnItem, PushWaitsForRoom, EveryHandOverWakes,
                            TimedFormsGiveUpAtTheirDeadlineAndNotBefore, DeadlinesInThePastPoll,
                            DeadlinesBeyondTheClockAreNever, WaitingBurnsNoCpu, SignalsDoNotEndAWait,
                            CloseRefusesPushesAndDrains, CloseWakesAllWhoWait, ImmediateCloseEndsThePopsToo,
                            ImmediateCloseWakesAllWhoWait, NothingAcceptedIsLostWhenClosing);

}  // namespace contend::testing
