#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/exception_hook.h"
#include "primitives/future_wait.h"
#include "primitives/thread_pool.h"

// Tasks that wait at a worker, tasks without a future, the bound of the backlog, and exceptions that nobody fetches.
namespace contend {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SpawnedTasks, AFreeWorkerTakesThemFromOneThatIsBusy) {
  ThreadPool pool(2);
  for (int round = 0; round < 500; ++round) {
    const Future<bool> outer = pool.submit([&pool] {
      const Future<void> inner = pool.submit([] {});
      return inner.wait_for(60s);  // with a limit it only waits
    });
    ASSERT_TRUE(outer.get()) << "nobody was told of the task, round " << round;
  }
}

TEST(SpawnedTasks, TheYoungestComesFirst) {
  ThreadPool pool(1);
  std::vector<int> order;
  pool.submit([&] {
        for (int task = 0; task < 4; ++task) pool.submit([&order, task] { order.push_back(task); });
      })
      .get();
  pool.shutdown();
  EXPECT_THAT(order, ElementsAre(3, 2, 1, 0));
}

TEST(SpawnedTasks, ThoseFromOutsideAreNotKeptWaitingForEver) {
  ThreadPool pool(1);
  std::atomic<bool> enough{false};
  std::function<void()> again = [&] {
    if (!enough) pool.submit(std::ref(again));
  };
  pool.submit(std::ref(again));
  EXPECT_TRUE(pool.submit([&] { enough = true; }).wait_for(60s));
  enough = true;
  pool.shutdown();
}

TEST(SpawnedTasks, AreRunOnceEachWhereTheyAreWaitedForOutOfOrder) {
  ThreadPool pool(3);
  std::atomic<int> runs{0};
  const auto outer = [&] {
    std::vector<Future<void>> inner;
    for (int task = 0; task < 3000; ++task) inner.push_back(pool.submit([&runs] { ++runs; }));
    for (const auto& task : inner) task.get();
  };
  std::vector<Future<void>> tasks;
  for (int task = 0; task < 6; ++task) tasks.push_back(pool.submit(outer));
  for (const auto& task : tasks) task.get();
  EXPECT_EQ(runs, 6 * 3000);
}

TEST(SpawnedTasks, AreCancelledWithTheRest) {
  ThreadPool pool(1);
  std::latch spawned(1);
  std::latch let_go(1);
  std::optional<Future<int>> inner;
  const Future<void> outer = pool.submit([&] {
    inner = pool.submit([] { return 1; });
    spawned.count_down();
    let_go.wait();
    EXPECT_THROW(pool.submit([] {}), PoolShutDown) << "nor does a worker submit after a shutdown";
  });
  spawned.wait();
  pool.begin_shutdown(Shutdown::cancel_pending);
  EXPECT_TRUE(inner->cancelled());
  let_go.count_down();
  outer.get();
}

TEST(TakenTasks, ThoseBehindALongOneAreTakenByOthers) {
  constexpr int others = 200;
  ThreadPool pool(2);
  for (int round = 0; round < 20; ++round) {
    std::latch submitted(1);
    std::latch done(others);
    std::vector<Future<void>> tasks;
    for (int worker = 0; worker < 2; ++worker) tasks.push_back(pool.submit([&] { submitted.wait(); }));
    tasks.push_back(pool.submit([&] { done.wait(); }));
    for (int task = 0; task < others; ++task) tasks.push_back(pool.submit([&] { done.count_down(); }));
    submitted.count_down();
    wait_all(tasks);
  }
}

TEST(TakenTasks, ThoseBehindAStolenOneAreTakenByOthers) {
  constexpr int others = 200;
  ThreadPool pool(3);
  const auto outer = [&pool] {
    std::latch done(others);
    std::vector<Future<void>> tasks = {pool.submit([&] { done.wait(); })};
    for (int task = 0; task < others; ++task) tasks.push_back(pool.submit([&] { done.count_down(); }));
    done.wait();
    wait_all(tasks);
  };
  for (int round = 0; round < 20; ++round) pool.submit(outer).get();
}

TEST(TakenTasks, AreCancelledWithTheRest) {
  ThreadPool pool(1);
  std::latch submitted(1);
  std::latch taken(1);
  std::latch let_go(1);
  const Future<void> plug = pool.submit([&] { submitted.wait(); });
  const Future<void> first = pool.submit([&] {
    taken.count_down();
    let_go.wait();
  });
  std::vector<Future<void>> rest;
  for (int task = 0; task < 100; ++task) rest.push_back(pool.submit([] {}));
  submitted.count_down();
  taken.wait();
  pool.begin_shutdown(Shutdown::cancel_pending);
  EXPECT_TRUE(std::ranges::all_of(rest, &Future<void>::cancelled));
  let_go.count_down();
  first.get();
}

TEST(PostedTasks, AreRunFromOutsideAndFromWorkers) {
  std::atomic<int> runs{0};
  {
    ThreadPool pool(2);
    for (int task = 0; task < 500; ++task) {
      pool.post(
          [&](int number) {
            runs += number;
            pool.post([&] { ++runs; });
          },
          2);
    }
    while (runs != 3 * 500) std::this_thread::yield();
  }
  EXPECT_EQ(runs, 3 * 500);
}

TEST(PostedTasks, AreDestroyedWhereTheyAreRefused) {
  const auto held = std::make_shared<int>(1);
  std::latch let_go(1);
  ThreadPool pool(1);
  pool.post([&] { let_go.wait(); });
  for (int task = 0; task < 50; ++task) pool.post([held] { ADD_FAILURE() << "it was to be cancelled"; });
  pool.begin_shutdown(Shutdown::cancel_pending);
  let_go.count_down();
  pool.shutdown();
  EXPECT_THROW(pool.post([held] {}), PoolShutDown);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(HelpingCaller, NeedsNoWorker) {
  std::latch let_go(1);
  ThreadPool pool(2);
  for (int worker = 0; worker < 2; ++worker) pool.post([&] { let_go.wait(); });
  int calls = 0;
  pool.for_each_index(
      100, [&](std::size_t) { ++calls; }, Caller::helps);
  EXPECT_EQ(calls, 100);
  let_go.count_down();
}

TEST(HelpingCaller, EveryIndexIsDoneOnceAndTheFirstErrorThrown) {
  ThreadPool pool(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> calls(500);
    pool.for_each_index(
        calls.size(), [&](std::size_t index) { ++calls[index]; }, Caller::helps);
    EXPECT_TRUE(std::ranges::all_of(calls, [](const std::atomic<int>& count) { return count == 1; }));
    const auto fail_from_five_on = [](int number) {
      return number < 5 ? number : throw std::out_of_range(std::to_string(number));
    };
    const std::vector numbers = {1, 2, 3, 4, 5, 6, 7, 8};
    try {
      pool.map(numbers, fail_from_five_on, Caller::helps);
      FAIL() << "no exception";
    } catch (const std::out_of_range& error) {
      EXPECT_STREQ(error.what(), "5");
    }
  }
}

TEST(ThreadPool, AShutdownMayBeginInAWorker) {
  ThreadPool pool(1);
  EXPECT_NO_THROW(pool.submit([&pool] { pool.begin_shutdown(); }).get());
  EXPECT_THROW(pool.submit([] {}), PoolShutDown);
}

class BoundedBacklog : public ::testing::Test {
 protected:
  BoundedBacklog() {
    occupied_.wait();
    pool_.submit([this] { ++runs_; });
    pool_.submit([this] { ++runs_; });
  }
  ~BoundedBacklog() override {
    if (!let_go_.try_wait()) let_go_.count_down();
  }

  std::latch let_go_{1};
  std::latch occupied_{1};
  std::atomic<int> runs_{0};
  ThreadPool pool_{1, {.backlog = 2}};
  const Future<void> plug_ = pool_.submit([this] {
    occupied_.count_down();
    let_go_.wait();
  });
};

TEST_F(BoundedBacklog, TakesNoMoreThanItsBound) {
  EXPECT_FALSE(pool_.try_submit([] {}));
  EXPECT_FALSE(pool_.try_submit_for(-1s, [] {}));
  EXPECT_FALSE(pool_.try_submit_for(2ms, [] {}));
  let_go_.count_down();
  const auto taken = pool_.try_submit_for(
      60s, [](int value) { return value; }, 7);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->get(), 7);
  EXPECT_EQ(runs_, 2);
}

TEST_F(BoundedBacklog, WhoSubmitsMoreWaitsForRoom) {
  std::atomic<int> submitted{0};
  std::vector<std::jthread> submitters;
  for (int submitter = 0; submitter < 3; ++submitter) {
    submitters.emplace_back([&] {
      for (int task = 0; task < 500; ++task) pool_.submit([this] { ++runs_; });
      ++submitted;
    });
  }
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(submitted, 0);
  let_go_.count_down();
  submitters.clear();
  pool_.shutdown();
  EXPECT_EQ(runs_, 2 + 3 * 500);
}

TEST_F(BoundedBacklog, AShutdownTellsThoseWhoWaitForRoom) {
  std::jthread submitter([this] { EXPECT_THROW(pool_.submit([] {}), PoolShutDown); });
  std::this_thread::sleep_for(2ms);
  pool_.begin_shutdown(Shutdown::cancel_pending);
  submitter.join();
}

TEST(ThreadPool, ItsWorkersAreNotBoundByTheBacklog) {
  ThreadPool pool(1, {.backlog = 1});
  const auto outer = [&pool] {
    std::vector<Future<int>> inner;
    for (int task = 0; task < 10; ++task) inner.push_back(pool.submit([task] { return task; }));
    int sum = 0;
    for (const auto& task : inner) sum += task.get();
    return sum;
  };
  EXPECT_EQ(pool.submit(outer).get(), 45);
  EXPECT_THAT(pool.map(std::vector{1, 2, 3}, [](int number) { return 2 * number; }), ElementsAre(2, 4, 6));
}

/// What has reached the exception hook.
class Unfetched : public ::testing::Test {
 protected:
  Unfetched() {
    previous_ = set_exception_hook([this](const EscapedException& escaped) {
      where_ = escaped.where;
      ++told_;
    });
  }
  ~Unfetched() override { set_exception_hook(std::move(previous_)); }

  static void fail() { throw std::runtime_error("no paper"); }

  std::atomic<int> told_{0};
  std::string where_;
  ExceptionHook previous_;
};

TEST_F(Unfetched, IsToldOfAtTheEnd) {
  ThreadPool pool(1, {.name = "printer"});
  const Future<void> kept = pool.submit(fail);
  pool.submit(fail);
  const Future<void> fetched = pool.submit(fail);
  EXPECT_THROW(fetched.get(), std::runtime_error);
  const Future<void> looked_at = pool.submit(fail);
  EXPECT_NE(looked_at.exception(), nullptr);
  pool.shutdown();
  EXPECT_EQ(told_, 2) << "the one that was dropped, and the one that nobody asked";
  EXPECT_THAT(where_, HasSubstr("printer"));
  EXPECT_THROW(kept.get(), std::runtime_error);
  pool.shutdown();
  EXPECT_EQ(told_, 2) << "once";
}

TEST_F(Unfetched, OfATaskWithoutAFutureIsToldOfAtOnce) {
  ThreadPool pool(1, {.name = "poster"});
  pool.post(fail);
  pool.submit([] {}).get();
  EXPECT_EQ(told_, 1);
  EXPECT_THAT(where_, HasSubstr("poster"));
}

TEST_F(Unfetched, DoesNotPileUp) {
  ThreadPool pool(1);
  for (int task = 0; task < 100; ++task) pool.submit(fail);
  pool.submit([] {}).get();
  EXPECT_GT(told_, 0) << "nobody can fetch them any more";
  pool.shutdown();
  EXPECT_EQ(told_, 100);
}

TEST_F(Unfetched, AWaitForTheFirstExceptionDoesNotFetchIt) {
  ThreadPool pool(1);
  const std::vector<Future<void>> failing{pool.submit(fail)};
  EXPECT_EQ(wait(failing, ReturnWhen::first_exception).done, failing);
  pool.shutdown();
  EXPECT_EQ(told_, 1);
}

TEST_F(Unfetched, CancelledAndRefusedTasksAreNoNews) {
  ThreadPool pool(1, {.initializer = fail});
  while (true) {
    try {
      pool.submit([] {});
    } catch (const BrokenPool&) {
      break;
    }
  }
  pool.shutdown(Shutdown::cancel_pending);
  EXPECT_EQ(told_, 0);
}

}  // namespace
}  // namespace contend
