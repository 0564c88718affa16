#include "primitives/future_wait.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <thread>
#include <vector>

#include "primitives/testing/time_outs.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;

class FutureWait : public ::testing::Test {
 protected:
  explicit FutureWait() {
    for (const auto& promise : promises) futures.push_back(promise.future());
  }

  std::vector<Promise<int>> promises = std::vector<Promise<int>>(4);
  std::vector<Future<int>> futures;
};

using Futures = std::vector<Future<int>>;

TEST_F(FutureWait, ReturnsAtTheFirst) {
  std::thread task([&] { promises[2].set_result(2); });
  const auto [done, not_done] = wait(futures, ReturnWhen::first_completed);
  task.join();
  EXPECT_EQ(done, Futures{futures[2]});
  EXPECT_EQ(not_done, (Futures{futures[0], futures[1], futures[3]}));
}

TEST_F(FutureWait, ReturnsAtTheFirstException) {
  promises[0].set_result(0);
  futures[1].cancel();
  EXPECT_EQ(wait_for(futures, 5ms, ReturnWhen::first_exception).done.size(), 2U) << "neither is an exception";
  std::jthread task([&] { promises[2].set_exception(std::make_exception_ptr(std::runtime_error("2"))); });
  EXPECT_EQ(wait(futures, ReturnWhen::first_exception).not_done, Futures{futures[3]});
}

TEST_F(FutureWait, ReturnsWhenAllAreDone) {
  std::thread task([&] {
    for (auto& promise : promises) {
      std::this_thread::sleep_for(1ms);
      promise.set_result(1);
    }
  });
  const auto [done, not_done] = wait(futures);
  task.join();
  EXPECT_EQ(done, futures);
  EXPECT_TRUE(not_done.empty());
  EXPECT_EQ(wait(futures, ReturnWhen::first_exception).done, futures) << "none: the same as all";
}

TEST_F(FutureWait, WaitAllSeesResultsExceptionsAndCancellations) {
  std::atomic<int> completed{0};
  std::jthread task([&] {
    std::this_thread::sleep_for(1ms);
    futures[3].cancel();
    promises[0].set_result(0);
    completed = 1;
    promises[2].set_result(2);
    completed = 2;
    promises[1].set_exception(std::make_exception_ptr(std::runtime_error("1")));
  });
  wait_all(futures);
  EXPECT_EQ(completed, 2) << "it returned too early";
  EXPECT_TRUE(std::ranges::all_of(futures, &Future<int>::done));
  wait_all(futures);
  wait_all(Futures{});
}

TEST_F(FutureWait, GivesUp) {
  promises[1].set_result(1);
  const auto [done, not_done] = wait_for(futures, 10ms);
  EXPECT_EQ(done, Futures{futures[1]});
  EXPECT_EQ(not_done.size(), 3U);
  EXPECT_EQ(wait_for(futures, -1h).done.size(), 1U);
  EXPECT_EQ(wait_for(futures, 0s, ReturnWhen::first_completed).done.size(), 1U);
  with_passed_times([&](auto time) { EXPECT_EQ(wait_for(futures, time).done.size(), 1U); },
                    [&](auto time) { EXPECT_EQ(wait_until(futures, time).done.size(), 1U); });
  const auto when = std::chrono::system_clock::now() + 5ms;
  EXPECT_EQ(wait_until(futures, when, ReturnWhen::first_exception).not_done.size(), 3U);
  EXPECT_GE(std::chrono::system_clock::now(), when);
}

TEST_F(FutureWait, NoneAreDoneAtOnce) {
  for (const auto when :
       {ReturnWhen::first_completed, ReturnWhen::first_exception, ReturnWhen::all_completed}) {
    EXPECT_TRUE(wait(Futures{}, when).done.empty());
    EXPECT_TRUE(wait_for(Futures{}, 1h, when).not_done.empty());
  }
  auto none = as_completed(Futures{}, 1h);
  EXPECT_EQ(none.next(), std::nullopt);
  EXPECT_FALSE(none.timed_out());
}

TEST_F(FutureWait, CountsAFutureOnce) {
  promises[0].set_result(0);
  const Futures twice = {futures[0], futures[0]};
  EXPECT_EQ(wait(twice).done.size(), 1U);
}

TEST_F(FutureWait, IsToldBeforeCallbacksRun) {
  futures[0].add_done_callback([&](const auto&) {
    EXPECT_EQ(wait_for(futures, 0s, ReturnWhen::first_completed).done.size(), 1U);
    promises[1].set_result(1);
  });
  std::jthread task([&] { promises[0].set_result(0); });
  wait(Futures{futures[0], futures[1]});
}

TEST_F(FutureWait, AsCompletedFollowsTheOrderOfCompletion) {
  promises[3].set_result(3);
  std::vector<int> order;
  for (const auto& future : as_completed(futures)) {
    order.push_back(future.get());
    constexpr int next[] = {0, 2, 0, 1};  // 3, 1, 2, 0
    const int following = next[order.back()];
    if (order.size() < 4) promises[static_cast<std::size_t>(following)].set_result(following);
  }
  EXPECT_EQ(order, (std::vector<int>{3, 1, 2, 0}));
}

TEST_F(FutureWait, AsCompletedGivesUp) {
  promises[1].set_result(1);
  auto completed = as_completed(futures, 10ms);
  EXPECT_EQ(completed.next(), futures[1]);
  EXPECT_EQ(completed.next(), std::nullopt);
  EXPECT_TRUE(completed.timed_out());
  EXPECT_EQ(completed.remaining(), 3U);
  auto gives_what_is_there = [](auto&& past) {
    EXPECT_TRUE(past.next()) << "a poll takes what there is";
    EXPECT_FALSE(past.next());
    EXPECT_TRUE(past.timed_out());
  };
  with_passed_times([&](auto time) { gives_what_is_there(as_completed(futures, time)); },
                    [&](auto time) { gives_what_is_there(as_completed(futures, time)); });
}

TEST_F(FutureWait, AsCompletedMayBeDroppedWhileFuturesGetDone) {
  for (int round = 0; round < 200; ++round) {
    std::deque<Promise<int>> several(8);
    Futures watched;
    for (const auto& promise : several) watched.push_back(promise.future());
    std::jthread task([&] {
      for (auto& promise : several) promise.set_result(1);
    });
    auto completed = as_completed(watched);
    (void)completed.next();
  }
}

TEST_F(FutureWait, ManyWaitersAtOnce) {
  std::vector<std::jthread> waiters;
  std::atomic<int> seen{0};
  for (int i = 0; i < 4; ++i) {
    waiters.emplace_back([&] {
      for (const auto& future : as_completed(futures)) seen += future.get();
    });
  }
  for (auto& promise : promises) promise.set_result(1);
  waiters.clear();
  EXPECT_EQ(seen, 16);
}

}  // namespace
}  // namespace contend::testing
