#include "primitives/process_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include "primitives/internal/shared_memory.h"
#include "primitives/testing/executor_checks.h"

namespace contend {
namespace {

using ::testing::AllOf;
using testing::CountedItems;
using ::testing::HasSubstr;
using testing::ids_up_to;

/// The error of a failure as its own type; an exception of another type fails the test.
template <class Error>
Error error_of(const ItemFailure& failure) {
  try {
    std::rethrow_exception(failure.error);
  } catch (const Error& error) {
    return error;
  }
}

std::vector<ItemFailure> try_run(ProcessPool& pool, std::size_t items) {
  const std::vector<std::uint64_t> ids = ids_up_to(items);
  std::vector<std::uint64_t> results(items);
  return pool.try_run(ids, results);
}

TEST(ProcessPool, WorksInOtherProcesses) {
  ProcessPool pool([](std::uint64_t) { return static_cast<std::uint64_t>(getpid()); }, 2);
  const std::vector<std::uint64_t> ids = ids_up_to(20);
  std::vector<std::uint64_t> results(ids.size());
  pool.run(ids, results);
  const std::vector<pid_t> workers = pool.worker_pids();
  for (const std::uint64_t pid : results) {
    EXPECT_NE(pid, static_cast<std::uint64_t>(getpid()));
    EXPECT_THAT(workers, ::testing::Contains(static_cast<pid_t>(pid)));
  }
}

TEST(ProcessPool, RunsMoreItemsThanThereAreSlots) {
  CountedItems items(30'000);
  ProcessPool pool(items.function(), 3);
  EXPECT_TRUE(testing::runs_each_item_once(pool, items, items.ids()));
}

TEST(ProcessPool, OneLongItemDoesNotKeepTheOthersWaiting) {
  internal::SharedArray<std::atomic<int>> finished(1);
  const auto wait_for_the_others = [&](std::uint64_t id) -> std::uint64_t {
    if (id > 0) return static_cast<std::uint64_t>(++finished[0]);
    while (finished[0] < 999) std::this_thread::yield();
    return 0;
  };
  ProcessPool pool(wait_for_the_others, 2);
  EXPECT_TRUE(try_run(pool, 1000).empty());
}

TEST(ProcessPool, NoWakeUpIsLost) {
  CountedItems items(2);
  ProcessPool pool(items.function(), 2);
  for (int round = 0; round < 3000; ++round) {
    // Now and then long enough for the workers to have gone to sleep, or to be about to.
    if (round % 16 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round % 100));
    ASSERT_TRUE(testing::runs_each_item_once(pool, items, 1 + round % 2));
  }
}

TEST(ProcessPool, ReportsEveryExceptionAndComputesTheRest) {
  ProcessPool pool(
      [](std::uint64_t id) {
        if (id % 10 == 7) throw std::runtime_error("sevens are bad");
        return id;
      },
      2);
  const std::vector<std::uint64_t> ids = ids_up_to(30);
  std::vector<std::uint64_t> results(ids.size(), 99);
  const std::vector<ItemFailure> failures = pool.try_run(ids, results);
  ASSERT_EQ(failures.size(), 3U);
  for (std::size_t failure = 0; failure < failures.size(); ++failure) {
    EXPECT_EQ(failures[failure].index, 10 * failure + 7);
    const auto error = error_of<RemoteError>(failures[failure]);
    EXPECT_EQ(error.item(), 10 * failure + 7);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("item " + std::to_string(error.item())), HasSubstr("sevens are bad")));
  }
  for (std::size_t index = 0; index < ids.size(); ++index) {
    EXPECT_EQ(results[index], index % 10 == 7 ? 99 : index);
  }
  EXPECT_THROW(pool.run(ids, results), RemoteError);
  EXPECT_EQ(pool.deaths(), 0U);
}

/// Item 5 kills its worker each time.
class DeadlyItem {
 public:
  ItemFunction function() {
    return [this](std::uint64_t id) {
      attempts_[id].fetch_add(1);
      if (id == 5) raise(SIGKILL);
      return id;
    };
  }
  int attempts(std::uint64_t id) const { return attempts_[id]; }

 private:
  internal::SharedArray<std::atomic<int>> attempts_{20};
};

TEST(ProcessPool, AnItemThatKillsItsWorkerIsNotTriedAgainUnderFail) {
  DeadlyItem items;
  ProcessPool pool(items.function(), 2, {.on_death = OnDeath::fail});
  const std::vector<ItemFailure> failures = try_run(pool, 20);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].index, 5U);
  const auto error = error_of<BrokenWorker>(failures[0]);
  EXPECT_EQ(error.item(), 5U);
  EXPECT_EQ(error.signal(), SIGKILL);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("item 5"), HasSubstr("signal 9")));
  for (std::uint64_t id = 0; id < 20; ++id) EXPECT_EQ(items.attempts(id), 1) << "item " << id;
}

TEST(ProcessPool, AnItemThatKillsItsWorkersIsGivenUpUnderRetry) {
  DeadlyItem items;
  ProcessPool pool(items.function(), 2, {.on_death = OnDeath::retry, .max_deaths_per_item = 4});
  const std::vector<ItemFailure> failures = try_run(pool, 20);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].index, 5U);
  EXPECT_THAT(error_of<BrokenWorker>(failures[0]).what(), HasSubstr("4 worker processes died"));
  for (std::uint64_t id = 0; id < 20; ++id) EXPECT_EQ(items.attempts(id), id == 5 ? 4 : 1) << "item " << id;
  EXPECT_EQ(try_run(pool, 5).size(), 0U);
}

TEST(ProcessPool, EveryItemMayKillItsWorkerOnce) {
  internal::SharedArray<std::atomic<int>> attempts(50);
  const auto die_at_first = [&](std::uint64_t id) {
    if (attempts[id]++ == 0) raise(SIGKILL);
    return id;
  };
  ProcessPool pool(die_at_first, 3);
  EXPECT_TRUE(try_run(pool, attempts.size()).empty());
  EXPECT_TRUE(std::ranges::all_of(attempts, [](const std::atomic<int>& tried) { return tried == 2; }));
}

TEST(ProcessPool, EveryItemMayKillItsWorkerAlways) {
  ProcessPool pool([](std::uint64_t) -> std::uint64_t { _exit(3); }, 3, {.max_deaths_per_item = 2});
  const std::vector<ItemFailure> failures = try_run(pool, 30);
  ASSERT_EQ(failures.size(), 30U);
  const auto error = error_of<BrokenWorker>(failures[0]);
  EXPECT_EQ(error.signal(), 0);
  EXPECT_EQ(error.exit_code(), 3);
}

TEST(ProcessPool, AWorkerThatDiesWhileIdleIsReplaced) {
  CountedItems items(10);
  ProcessPool pool(items.function(), 1);
  const pid_t first = pool.worker_pids()[0];
  kill(first, SIGKILL);
  while (pool.worker_pids()[0] == first || pool.worker_pids()[0] == 0) std::this_thread::yield();
  EXPECT_EQ(pool.deaths(), 1U);
  EXPECT_TRUE(testing::runs_each_item_once(pool, items, items.ids()));
}

TEST(ProcessPool, CallersTakeTurns) {
  CountedItems items(100);
  ProcessPool pool(items.function(), 2);
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 3; ++caller) {
      callers.emplace_back([&pool] {
        for (int round = 0; round < 20; ++round) EXPECT_TRUE(try_run(pool, 100).empty());
      });
    }
  }
  for (std::uint64_t id = 0; id < items.ids(); ++id) ASSERT_EQ(items.calls(id), 60U);
}

TEST(ProcessPool, TheThreadThatBuiltItMayEnd) {
  CountedItems items(10);
  std::unique_ptr<ProcessPool> pool;
  std::thread([&] { pool = std::make_unique<ProcessPool>(items.function(), 2U); }).join();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(testing::runs_each_item_once(*pool, items, items.ids()));
  EXPECT_EQ(pool->deaths(), 0U);
}

TEST(ProcessPool, RejectsOptionsThatMakeNoSense) {
  EXPECT_THROW(ProcessPool(nullptr, 1), std::invalid_argument);
  EXPECT_THROW(ProcessPool(CountedItems::expected, 0), std::invalid_argument);
  EXPECT_THROW(ProcessPool(CountedItems::expected, 1, {.max_deaths_per_item = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace contend
