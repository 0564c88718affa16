#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/pool_error.h"
#include "primitives/testing/executor_checks.h"

// What every executor must do. One joins with one line:
//   INSTANTIATE_TYPED_TEST_SUITE_P(MyExecutor, ExecutorSuite, contend::MyExecutor);
namespace contend::testing {

/// Enough that a batch is more than any queue within. Specialise it where an item costs a process.
template <class E>
inline constexpr std::size_t many_items = 5000;

template <class E>
class ExecutorSuite : public ::testing::Test {
  static_assert(Executor<E>);
};
TYPED_TEST_SUITE_P(ExecutorSuite);

TYPED_TEST_P(ExecutorSuite, DoesNothingForAnEmptyBatch) { EXPECT_TRUE(runs_each_item_once<TypeParam>(0, 2)); }

TYPED_TEST_P(ExecutorSuite, RunsOneItem) { EXPECT_TRUE(runs_each_item_once<TypeParam>(1, 1)); }

TYPED_TEST_P(ExecutorSuite, RunsFewerItemsThanWorkers) { EXPECT_TRUE(runs_each_item_once<TypeParam>(3, 16)); }

TYPED_TEST_P(ExecutorSuite, EqualsTheSerialLoopForAnyNumberOfWorkers) {
  for (const unsigned workers : {1U, 2U, 3U, 8U}) {
    EXPECT_TRUE(runs_each_item_once<TypeParam>(50, workers)) << workers << " workers";
  }
}

TYPED_TEST_P(ExecutorSuite, RunsThousandsOfItems) {
  EXPECT_TRUE(runs_each_item_once<TypeParam>(many_items<TypeParam>, 4));
}

TYPED_TEST_P(ExecutorSuite, RunsBatchAfterBatch) {
  CountedItems items(8);
  TypeParam executor(items.function(), 2);
  for (std::size_t round = 0; round < 50; ++round) {
    ASSERT_TRUE(runs_each_item_once(executor, items, round % items.ids())) << "round " << round;
  }
}

TYPED_TEST_P(ExecutorSuite, TakesIdsInAnyOrderAndMoreThanOnce) {
  CountedItems items(10);
  TypeParam executor(items.function(), 2);
  const std::vector<std::uint64_t> ids = {7, 3, 3, 9, 0, 7};
  std::vector<std::uint64_t> results(ids.size());
  executor.run(ids, results);
  for (std::size_t index = 0; index < ids.size(); ++index) {
    EXPECT_EQ(results[index], CountedItems::expected(ids[index])) << "index " << index;
  }
  EXPECT_EQ(items.calls(3), 2U);
  EXPECT_EQ(items.calls(7), 2U);
}

TYPED_TEST_P(ExecutorSuite, NeverRunsMoreItemsAtOnceThanWorkers) {
  Crowd crowd;
  TypeParam executor(crowd.function(), 3);
  const std::vector<std::uint64_t> ids = ids_up_to(60);
  std::vector<std::uint64_t> results(ids.size());
  executor.run(ids, results);
  EXPECT_LE(crowd.most(), 3);
}

TYPED_TEST_P(ExecutorSuite, TheFirstExceptionInOrderReachesTheCaller) {
  TypeParam executor(fails_from_three_on, 2);
  EXPECT_TRUE(reports_the_first_failure(executor));
}

TYPED_TEST_P(ExecutorSuite, AfterAnExceptionItIsUsableOrSaysThatItIsBroken) {
  TypeParam executor(fails_from_three_on, 2);
  for (int round = 0; round < 5; ++round) {
    EXPECT_TRUE(reports_the_first_failure(executor));
    const std::vector<std::uint64_t> ids = {0, 1, 2};
    std::vector<std::uint64_t> results(ids.size());
    try {
      executor.run(ids, results);
      EXPECT_EQ(results, ids);
    } catch (const BrokenPool&) {
      return;
    }
  }
}

TYPED_TEST_P(ExecutorSuite, AnExceptionOfAnUnknownTypeReachesTheCallerToo) {
  TypeParam executor([](std::uint64_t) -> std::uint64_t { throw 1; }, 2);
  const std::vector<std::uint64_t> ids = {0, 1, 2};
  std::vector<std::uint64_t> results(ids.size());
  EXPECT_ANY_THROW(executor.run(ids, results));
}

TYPED_TEST_P(ExecutorSuite, ItemsMayAllocateWhileOtherThreadsDo) {
  std::jthread other([](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::vector<int>(100).push_back(1);
  });
  TypeParam executor([](std::uint64_t id) { return std::vector<std::uint64_t>(100, id).back(); }, 2);
  const std::vector<std::uint64_t> ids = ids_up_to(100);
  std::vector<std::uint64_t> results(ids.size());
  executor.run(ids, results);
  EXPECT_EQ(results, ids);
}

TYPED_TEST_P(ExecutorSuite, RejectsArgumentsThatMakeNoSense) {
  EXPECT_THROW(TypeParam(CountedItems::expected, 0), std::invalid_argument);
  TypeParam executor(CountedItems::expected, 1);
  const std::vector<std::uint64_t> ids = {0, 1, 2};
  std::vector<std::uint64_t> results(2);
  EXPECT_THROW(executor.run(ids, results), std::invalid_argument);
}

REGISTER_TYPED_TEST_SUITE_P(ExecutorSuite, DoesNothingForAnEmptyBatch, RunsOneItem, RunsFewerItemsThanWorkers,
                            EqualsTheSerialLoopForAnyNumberOfWorkers, RunsThousandsOfItems,
                            RunsBatchAfterBatch, TakesIdsInAnyOrderAndMoreThanOnce,
                            NeverRunsMoreItemsAtOnceThanWorkers, TheFirstExceptionInOrderReachesTheCaller,
                            AfterAnExceptionItIsUsableOrSaysThatItIsBroken,
                            AnExceptionOfAnUnknownTypeReachesTheCallerToo,
                            ItemsMayAllocateWhileOtherThreadsDo, RejectsArgumentsThatMakeNoSense);

}  // namespace contend::testing
