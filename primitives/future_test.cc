#include "primitives/future.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;

std::exception_ptr failure(const char* what = "failed") {
  return std::make_exception_ptr(std::runtime_error(what));
}

TEST(Future, GoesThroughItsStates) {
  Promise<int> promise;
  const Future<int> future = promise.future();
  EXPECT_TRUE(future.pending());
  EXPECT_FALSE(future.done());
  EXPECT_TRUE(promise.set_running_or_notify_cancel());
  EXPECT_TRUE(future.running());
  EXPECT_FALSE(future.cancel()) << "too late";
  promise.set_result(42);
  EXPECT_TRUE(future.done());
  EXPECT_FALSE(future.running());
  EXPECT_FALSE(future.cancelled());
  EXPECT_FALSE(future.cancel());
  EXPECT_EQ(future.get(), 42);
  EXPECT_EQ(future.get(), 42) << "as often as one likes";
  EXPECT_EQ(future.exception(), nullptr);
}

TEST(Future, CanBeCancelledWhilePending) {
  Promise<int> promise;
  const Future<int> future = promise.future();
  EXPECT_TRUE(future.cancel());
  EXPECT_TRUE(future.cancel());
  EXPECT_TRUE(future.cancelled());
  EXPECT_TRUE(future.done());
  EXPECT_THROW(future.get(), FutureCancelled);
  EXPECT_THROW(future.exception(), FutureCancelled);
  EXPECT_THROW((void)future.try_get_for(1ms), FutureCancelled);
  EXPECT_FALSE(promise.set_running_or_notify_cancel());
  EXPECT_THROW(promise.set_result(1), InvalidState);
  EXPECT_THROW(promise.set_exception(failure()), InvalidState);
}

TEST(Future, HoldsAnException) {
  Promise<int> promise;
  promise.set_exception(failure("no such file"));
  const auto future = promise.future();
  for (int i = 0; i < 2; ++i) {
    try {
      future.get();
      FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "no such file");
    }
  }
  EXPECT_NE(future.exception(), nullptr);
  EXPECT_THROW(promise.set_exception(nullptr), std::invalid_argument);
}

TEST(Future, OnlyAPendingOneCanBeCancelled) {
  Promise<int> failed;
  failed.set_exception(failure());
  EXPECT_FALSE(failed.future().cancel());
  EXPECT_THROW(failed.future().get(), std::runtime_error) << "and keeps what it has";
  Promise<int> running;
  EXPECT_TRUE(running.set_running_or_notify_cancel());
  running.future().cancel();
  running.set_result(1);
  EXPECT_EQ(running.future().get(), 1);
}

TEST(Promise, IsKeptOnce) {
  Promise<int> promise;
  promise.set_result(1);
  EXPECT_THROW(promise.set_result(2), InvalidState);
  EXPECT_THROW(promise.set_exception(failure()), InvalidState);
  EXPECT_THROW(promise.set_running_or_notify_cancel(), InvalidState);
  EXPECT_EQ(promise.future().get(), 1);
  Promise<int> running;
  EXPECT_TRUE(running.set_running_or_notify_cancel());
  EXPECT_THROW(running.set_running_or_notify_cancel(), InvalidState);
}

TEST(Promise, BrokenReachesTheFuture) {
  Future<int> future;
  EXPECT_FALSE(future.valid());
  EXPECT_THROW(future.get(), std::system_error);
  {
    Promise<int> promise;
    future = promise.future();
  }
  EXPECT_THROW(future.get(), BrokenPromise);
  Promise<int> promise;
  future = promise.future();
  promise = Promise<int>();
  EXPECT_THROW(future.get(), BrokenPromise);
  future = promise.future();
  bool told = false;
  promise.future().add_done_callback([&](const Future<int>& done) { told = done.exception() != nullptr; });
  std::optional<Promise<int>> destroyed(std::move(promise));
  std::jthread destroyer([&] {
    std::this_thread::sleep_for(1ms);
    destroyed.reset();
  });
  EXPECT_THROW(future.get(), BrokenPromise) << "who waits already is told";
  destroyer.join();
  EXPECT_TRUE(told);
  EXPECT_THROW((void)promise.future(), std::system_error);  // NOLINT: what is tested
}

TEST(Promise, RunsATask) {
  Promise<std::string> promise;
  EXPECT_TRUE(promise.run([] { return "done"; }));
  EXPECT_EQ(promise.future().get(), "done");
  Promise<void> failing;
  EXPECT_TRUE(failing.run([] { throw std::runtime_error("failed"); }));
  EXPECT_THROW(failing.future().get(), std::runtime_error);
  Promise<void> cancelled;
  EXPECT_TRUE(cancelled.future().cancel());
  EXPECT_FALSE(cancelled.run([] { FAIL() << "ran"; }));
}

TEST(Promise, SurvivesAResultThatCanNotBeMade) {
  struct Fragile {
    explicit Fragile(bool breaks) {
      if (breaks) throw std::runtime_error("broke");
    }
  };
  Promise<Fragile> promise;
  EXPECT_THROW(promise.set_result(true), std::runtime_error);
  EXPECT_TRUE(promise.future().pending());
  promise.set_result(false);
  EXPECT_NO_THROW(promise.future().get());
}

TEST(Future, TakesAnyKindOfResult) {
  Promise<void> nothing;
  EXPECT_FALSE(nothing.future().try_get());
  nothing.set_result();
  nothing.future().get();
  EXPECT_TRUE(nothing.future().try_get());

  int target = 1;
  Promise<int&> reference;
  reference.set_result(target);
  reference.future().get() = 2;
  EXPECT_EQ(target, 2);
  EXPECT_EQ(reference.future().try_get(), &target);

  Promise<std::unique_ptr<int>> unique;
  unique.set_result(std::make_unique<int>(3));
  const auto handle = unique.future();
  EXPECT_EQ(*handle.get(), 3);
  EXPECT_EQ(*handle.take(), 3);
}

TEST(Future, AHandleThatGoesReturnsTheResultItself) {
  Promise<std::vector<int>> promise;
  promise.set_result(3, 7);
  const auto other = promise.future();
  int sum = 0;
  for (const int number : promise.future().get()) sum += number;
  EXPECT_EQ(sum, 21);
  EXPECT_EQ(other.get().size(), 3U) << "copied, not taken";
  static_assert(std::is_same_v<decltype(promise.future().get()), std::vector<int>>);
  static_assert(std::is_same_v<decltype(other.get()), const std::vector<int>&>);

  Promise<std::unique_ptr<int>> unique;
  unique.set_result(std::make_unique<int>(3));
  const std::unique_ptr<int> moved = unique.future().get();
  EXPECT_EQ(*moved, 3);
}

TEST(Future, TimedGetsGiveUp) {
  Promise<int> promise;
  const auto future = promise.future();
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(future.try_get_for(20ms), nullptr);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_EQ(future.try_get(), nullptr);
  EXPECT_EQ(future.try_get_for(-1h), nullptr);
  EXPECT_EQ(future.try_get_until(std::chrono::system_clock::now() + 1ms), nullptr);
  EXPECT_EQ(future.try_exception_for(1ms), std::nullopt);
  EXPECT_EQ(future.try_exception_until(UserClock::now() + 1ms), std::nullopt);
  with_passed_times([&](auto time) { EXPECT_FALSE(future.wait_for(time)); },
                    [&](auto time) { EXPECT_FALSE(future.wait_until(time)); });
  std::jthread task([&] { promise.set_result(1); });
  ASSERT_NE(future.try_get_for(std::chrono::hours::max()), nullptr);
  EXPECT_EQ(*future.try_get(), 1);
  EXPECT_EQ(future.try_exception_for(0s), nullptr);
  with_passed_times([&](auto time) { EXPECT_NE(future.try_get_for(time), nullptr); },
                    [&](auto time) { EXPECT_NE(future.try_get_until(time), nullptr); });
}

TEST(Future, EnormousTimeOutsDoNotOverflow) {
  using namespace std::chrono;
  auto waits_with = [](auto wait) {
    Promise<int> promise;
    std::atomic<bool> done{false};
    std::jthread waiter([&, future = promise.future()] { done = wait(future); });
    std::this_thread::sleep_for(5ms);
    EXPECT_FALSE(done) << "an enormous time-out must wait";
    promise.set_result(1);
    waiter.join();
    EXPECT_TRUE(done);
  };
  with_enormous_times(
      [&](auto time) { waits_with([=](const Future<int>& future) { return future.wait_for(time); }); },
      [&](auto time) { waits_with([=](const Future<int>& future) { return future.wait_until(time); }); });
}

TEST(Future, SignalsInAWaitDoNotEndIt) {
  Promise<int> promise;
  std::atomic<bool> done{false};
  std::jthread waiter([&, future = promise.future()] {
    future.wait();
    done = true;
  });
  disturb_with_signals(waiter);
  EXPECT_FALSE(done);
  promise.set_result(1);
}

TEST(Future, AllWaitersAreWoken) {
  for (const bool cancel : {false, true}) {
    Promise<int> promise;
    std::atomic<int> woken{0};
    std::vector<std::jthread> waiters;
    for (int i = 0; i < 4; ++i) {
      waiters.emplace_back([&woken, future = promise.future()] {
        future.wait();
        ++woken;
      });
    }
    std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(cancel ? promise.future().cancel() : promise.set_running_or_notify_cancel());
    if (!cancel) promise.set_result(1);
    waiters.clear();
    EXPECT_EQ(woken, 4);
  }
}

TEST(Future, CallsBackInOrder) {
  Promise<int> promise;
  std::vector<int> calls;
  promise.future().add_done_callback([&](const Future<int>& future) { calls.push_back(future.get()); });
  promise.future().add_done_callback([&](const Future<int>&) { calls.push_back(2); });
  EXPECT_TRUE(calls.empty());
  promise.set_result(1);
  promise.future().add_done_callback([&](const Future<int>&) { calls.push_back(3); });
  EXPECT_EQ(calls, (std::vector<int>{1, 2, 3}));

  Promise<int> cancelled;
  bool told = false;
  cancelled.future().add_done_callback([&](const Future<int>& future) { told = future.cancelled(); });
  cancelled.future().cancel();
  EXPECT_TRUE(told);
  told = false;
  cancelled.future().add_done_callback([&](const Future<int>& future) { told = future.cancelled(); });
  EXPECT_TRUE(told) << "at once";
}

TEST(Future, AnExceptionInACallbackIsReportedAndTheOthersRun) {
  std::atomic<int> reports{0};
  auto previous = set_exception_hook([&](const EscapedException& escaped) {
    EXPECT_EQ(escaped.where, "a future's callback");
    EXPECT_THROW(std::rethrow_exception(escaped.exception), int);
    ++reports;
  });
  Promise<int> promise;
  int calls = 0;
  promise.future().add_done_callback([](const auto&) { throw 1; });
  promise.future().add_done_callback([&](const auto&) { ++calls; });
  promise.set_result(1);
  promise.future().add_done_callback([](const auto&) { throw 2; });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(reports, 2);
  set_exception_hook(std::move(previous));
}

TEST(Future, ACallbackMayDropThePromise) {
  auto promise = std::make_unique<Promise<int>>();
  promise->future().add_done_callback([&](const auto&) { promise.reset(); });
  promise->set_result(1);
  EXPECT_EQ(promise, nullptr);
}

TEST(Future, OneOfManyResultsWins) {
  for (int round = 0; round < 300; ++round) {
    Promise<int> promise;
    const auto future = promise.future();
    std::atomic<int> winners{0};
    std::atomic<int> calls{0};
    {
      std::vector<std::jthread> team;
      for (int i = 1; i <= 2; ++i) {
        team.emplace_back([&, i] {
          try {
            promise.set_result(i);
            ++winners;
          } catch (const InvalidState&) {
            return;
          }
        });
      }
      team.emplace_back([&] { winners += future.cancel() ? 1 : 0; });
      team.emplace_back([&] { future.add_done_callback([&](const auto&) { ++calls; }); });
    }
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(future.done(), true);
  }
}

TEST(Future, ThePromiseMayGoAsSoonAsTheResultIsThere) {
  for (int round = 0; round < 500; ++round) {
    std::jthread task;
    Promise<int> promise;
    task = std::jthread([&promise, round] { promise.set_result(round); });
    EXPECT_EQ(promise.future().get(), round);
  }
}

}  // namespace
}  // namespace contend::testing
