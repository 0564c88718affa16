#include "primitives/thread_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "primitives/future_wait.h"

/// libstdc++ counts the references to an exception in code that ThreadSanitizer does not see, so it takes the
/// last one to let go, often a worker, for one that frees what the others still read.
extern "C" const char* __tsan_default_suppressions() {
  return "race:std::__exception_ptr::exception_ptr::_M_release";
}

namespace contend {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ThreadPool, GivesBackWhatATaskReturns) {
  ThreadPool pool(2);
  EXPECT_EQ(pool.workers(), 2U);
  EXPECT_EQ(pool.submit([] { return 42; }).get(), 42);
  EXPECT_EQ(pool.submit([](int a, const std::string& b) { return b + std::to_string(a); }, 7, "b").get(),
            "b7");
  pool.submit([] {}).get();
}

TEST(ThreadPool, MovesWhatCannotBeCopiedAndRefersWhereAsked) {
  ThreadPool pool(1);
  auto number = std::make_unique<int>(5);
  EXPECT_EQ(*pool.submit([](std::unique_ptr<int> taken) { return taken; }, std::move(number)).get(), 5);
  int counter = 0;
  pool.submit([](int& to) { ++to; }, std::ref(counter)).get();
  EXPECT_EQ(counter, 1);
  EXPECT_EQ(&pool.submit([&counter]() -> int& { return counter; }).get(), &counter);
}

TEST(ThreadPool, AnExceptionReachesTheFutureAndTheWorkerGoesOn) {
  ThreadPool pool(1);
  const Future<int> failed = pool.submit([]() -> int { throw std::out_of_range("too far"); });
  EXPECT_THROW(failed.get(), std::out_of_range);
  EXPECT_EQ(pool.submit([] { return 1; }).get(), 1);
}

TEST(ThreadPool, WhatATaskHoldsIsGoneWhenItsFutureIsDone) {
  ThreadPool pool(1);
  const auto held = std::make_shared<int>(1);
  const Future<void> done = pool.submit([held] {});
  done.wait();
  EXPECT_EQ(held.use_count(), 1);
  const Future<void> failed = pool.submit([held] { throw std::out_of_range("too far"); });
  failed.wait();
  EXPECT_EQ(held.use_count(), 1);
  const Future<int> cancelled = pool.submit([held] { return *held; });
  cancelled.cancel();
  pool.shutdown();
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadPool, OneWorkerKeepsTheOrderOfSubmission) {
  std::vector<int> order;
  {
    ThreadPool pool(1);
    for (int task = 0; task < 100; ++task) pool.submit([&order, task] { order.push_back(task); });
  }
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(ThreadPool, AllWorkersWorkAtOnceAlsoAfterASleep) {
  constexpr int workers = 4;
  ThreadPool pool(workers);
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(5ms);
    std::latch all_here(workers);
    std::vector<Future<void>> tasks;
    for (int task = 0; task < workers; ++task) {
      tasks.push_back(pool.submit([&all_here] { all_here.arrive_and_wait(); }));
    }
    for (const Future<void>& task : tasks) task.get();
  }
}

TEST(ThreadPool, RunsWhatManyThreadsSubmit) {
  ThreadPool pool(3);
  std::atomic<int> sum{0};
  {
    std::vector<std::jthread> submitters;
    for (int submitter = 0; submitter < 4; ++submitter) {
      submitters.emplace_back([&pool, &sum] {
        for (int task = 0; task < 2000; ++task) pool.submit([&sum] { sum.fetch_add(1); });
      });
    }
  }
  pool.shutdown();
  EXPECT_EQ(sum.load(), 8000);
}

TEST(ThreadPool, NoWakeUpIsLost) {
  ThreadPool pool(3);
  for (int round = 0; round < 3000; ++round) {
    // Now and then long enough for the workers to have gone to sleep, or to be about to.
    if (round % 16 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round % 100));
    auto first = pool.submit([round] { return round; });
    auto second = pool.submit([round] { return -round; });
    ASSERT_EQ(first.get() + second.get(), 0);
  }
}

TEST(ThreadPool, TasksMaySubmitTasks) {
  ThreadPool pool(2);
  Future<Future<int>> outer = pool.submit([&pool] { return pool.submit([] { return 3; }); });
  EXPECT_EQ(outer.get().get(), 3);
}

TEST(ThreadPool, AWorkerThatWaitsForATaskThatNobodyHasBegunRunsIt) {
  ThreadPool pool(1);
  const auto outer = [&pool] {
    const Future<int> inner = pool.submit([] { return 3; });
    const Future<int> failing = pool.submit([]() -> int { throw std::out_of_range("too far"); });
    EXPECT_THROW(failing.get(), std::out_of_range);
    return inner.get();
  };
  EXPECT_EQ(pool.submit(outer).get(), 3);
}

int fibonacci(ThreadPool& pool, int n) {
  if (n < 2) return n;
  const Future<int> smaller = pool.submit([&pool, n] { return fibonacci(pool, n - 1); });
  const int smallest = fibonacci(pool, n - 2);
  return smaller.get() + smallest;
}

TEST(ThreadPool, TasksMayWaitForTheirTasksAtAnyDepth) {
  for (const unsigned workers : {1U, 2U, 3U}) {
    ThreadPool pool(workers);
    EXPECT_EQ(pool.submit([&pool] { return fibonacci(pool, 15); }).get(), 610);
  }
}

TEST(ThreadPool, OnlyAWorkerOfThePoolRunsWhatItWaitsFor) {
  ThreadPool pool(1);
  ThreadPool other(1);
  const auto thread = [] { return std::this_thread::get_id(); };
  const std::thread::id worker = pool.submit(thread).get();
  EXPECT_EQ(other.submit([&] { return pool.submit(thread).get(); }).get(), worker);
  EXPECT_EQ(pool.submit([&] { return pool.submit(thread).get(); }).get(), worker);
}

TEST(ThreadPool, MapsInOrder) {
  ThreadPool pool(3);
  const std::array<int, 5> numbers = {5, 4, 3, 2, 1};
  EXPECT_THAT(pool.map(numbers, [](int number) { return number * number; }), ElementsAre(25, 16, 9, 4, 1));
  EXPECT_THAT(pool.map(numbers, [](int number) { return number > 3; }),
              ElementsAre(true, true, false, false, false));
  EXPECT_TRUE(pool.map(std::vector<int>{}, [](int number) { return number; }).empty());
}

TEST(ThreadPool, MapCallsEachIndexOnce) {
  ThreadPool pool(4);
  std::vector<std::atomic<int>> calls(20'000);
  pool.for_each_index(calls.size(), [&](std::size_t index) { calls[index].fetch_add(1); });
  EXPECT_TRUE(std::ranges::all_of(calls, [](const std::atomic<int>& count) { return count == 1; }));
}

TEST(ThreadPool, MapThrowsWhatTheFirstFailingElementThrew) {
  ThreadPool pool(4);
  const auto fail_from_five_on = [](std::size_t index) {
    if (index >= 5) throw std::runtime_error(std::to_string(index));
  };
  for (int round = 0; round < 200; ++round) {
    try {
      pool.for_each_index(1000, fail_from_five_on);
      FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
      ASSERT_STREQ(error.what(), "5");
    }
  }
}

TEST(ThreadPool, ANestedMapDoesNotWaitForItsOwnWorker) {
  ThreadPool pool(1);
  const auto inner = [&pool] { return pool.map(std::vector{1, 2, 3}, [](int number) { return -number; }); };
  EXPECT_THAT(pool.submit(inner).get(), ElementsAre(-1, -2, -3));
}

/// Keeps one worker busy until let go.
class Plug {
 public:
  explicit Plug(ThreadPool& pool) {
    pool.submit([this] {
      entered_.count_down();
      let_go_.wait();
    });
    entered_.wait();
  }
  void let_go() { let_go_.count_down(); }

 private:
  std::latch entered_{1};
  std::latch let_go_{1};
};

TEST(ThreadPool, ShutdownWaitsForWhatIsPending) {
  ThreadPool pool(1);
  Plug plug(pool);
  const Future<int> pending = pool.submit([] { return 1; });
  std::jthread later([&plug] {
    std::this_thread::sleep_for(10ms);
    plug.let_go();
  });
  pool.shutdown(Shutdown::wait);
  EXPECT_TRUE(pending.done());
  EXPECT_EQ(pending.get(), 1);
}

TEST(ThreadPool, ShutdownCancelsWhatIsPendingOnRequest) {
  ThreadPool pool(1, {.name = "printer"});
  Plug plug(pool);
  const Future<int> pending = pool.submit([] { return 1; });
  std::jthread shutter([&pool] { pool.shutdown(Shutdown::cancel_pending); });
  EXPECT_THROW(pending.get(), FutureCancelled);
  EXPECT_TRUE(pending.cancelled());
  plug.let_go();
}

TEST(ThreadPool, ACancelledTaskIsNotRun) {
  ThreadPool pool(1);
  Plug plug(pool);
  bool ran = false;
  const Future<void> task = pool.submit([&ran] { ran = true; });
  EXPECT_TRUE(task.pending());
  EXPECT_TRUE(task.cancel());
  plug.let_go();
  pool.shutdown();
  EXPECT_FALSE(ran);
  EXPECT_TRUE(task.cancelled());
}

TEST(ThreadPool, ARunningTaskCannotBeCancelled) {
  ThreadPool pool(1);
  std::latch entered(1);
  std::latch let_go(1);
  const Future<int> task = pool.submit([&] {
    entered.count_down();
    let_go.wait();
    return 5;
  });
  entered.wait();
  EXPECT_TRUE(task.running());
  EXPECT_FALSE(task.cancel());
  EXPECT_FALSE(task.try_get_for(1ms));
  let_go.count_down();
  EXPECT_EQ(task.get(), 5);
}

TEST(ThreadPool, ItsFuturesAreWaitedForTogether) {
  ThreadPool pool(2);
  std::vector<Future<int>> tasks;
  for (int task = 0; task < 100; ++task) tasks.push_back(pool.submit([task] { return task; }));
  int sum = 0;
  for (const auto& task : as_completed(tasks)) sum += task.get();
  EXPECT_EQ(sum, 4950);
}

TEST(ThreadPool, ShutdownMayBeCalledAgainAndByMany) {
  ThreadPool pool(2);
  Plug plug(pool);
  std::vector<std::jthread> shutters;
  for (int shutter = 0; shutter < 4; ++shutter) {
    shutters.emplace_back([&pool] { pool.shutdown(); });
  }
  plug.let_go();
  shutters.clear();
  pool.shutdown(Shutdown::cancel_pending);
}

TEST(ThreadPool, RefusesTasksAfterAShutdown) {
  ThreadPool pool(1, {.name = "printer"});
  pool.shutdown();
  EXPECT_THROW(pool.submit([] {}), PoolShutDown);
  EXPECT_THROW(pool.map(std::vector{1}, [](int number) { return number; }), PoolShutDown);
  try {
    pool.submit([] {});
  } catch (const PoolShutDown& error) {
    EXPECT_THAT(error.what(), HasSubstr("printer"));
  }
}

TEST(ThreadPool, RefusesToShutDownInItsOwnWorker) {
  ThreadPool pool(1);
  const Future<void> refused = pool.submit([&pool] { pool.shutdown(); });
  try {
    refused.get();
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::resource_deadlock_would_occur);
  }
  EXPECT_EQ(pool.submit([] { return 1; }).get(), 1);
}

TEST(ThreadPool, RefusesToHaveNoWorkers) { EXPECT_THROW(ThreadPool(0), std::invalid_argument); }

TEST(ThreadPool, EveryWorkerIsInitialisedBeforeItsFirstTask) {
  static thread_local int initialised = 0;
  ThreadPool pool(3, {.initializer = [] { ++initialised; }});
  std::atomic<int> wrong{0};
  pool.for_each_index(300, [&](std::size_t) { wrong += initialised != 1; });
  EXPECT_EQ(wrong.load(), 0);
}

TEST(ThreadPool, EverySubmitReportsAnInitialiserThatThrew) {
  ThreadPool pool(2, {.initializer = [] { throw std::runtime_error("no database"); }, .name = "loader"});
  for (int attempt = 0; attempt < 100; ++attempt) {
    try {
      pool.submit([] {}).get();
      FAIL() << "no exception";
    } catch (const BrokenPool& error) {
      EXPECT_THAT(error.what(), ::testing::AllOf(HasSubstr("loader"), HasSubstr("no database")));
      EXPECT_THROW(std::rethrow_exception(error.cause()), std::runtime_error);
    }
  }
  EXPECT_THROW(pool.for_each_index(10, [](std::size_t) {}), BrokenPool);
}

TEST(ThreadPool, NamesItsThreadsForTheKernel) {
  const auto name = [] {
    std::array<char, 16> buffer{};
    pthread_getname_np(pthread_self(), buffer.data(), buffer.size());
    return std::string(buffer.data());
  };
  ThreadPool pool(1, {.name = "printer"});
  EXPECT_EQ(pool.submit(name).get(), "printer-0");
  ThreadPool longer(1, {.name = "a name beyond fifteen"});
  EXPECT_EQ(longer.submit(name).get(), "a name beyond-0");
}

TEST(ThreadPool, IdleWorkersUseNoTime) {
  const auto cpu_time = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  ThreadPool pool(4);
  pool.for_each_index(100, [](std::size_t) {});
  std::this_thread::sleep_for(50ms);
  const auto before = cpu_time();
  std::this_thread::sleep_for(300ms);
  EXPECT_LT(cpu_time() - before, 100ms);
}

}  // namespace
}  // namespace contend
