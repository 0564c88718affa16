#include "workloads/run_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/executors.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using workloads::BatchTotals;
using workloads::ItemSet;
using workloads::make_executor;
using workloads::run_batches;

std::uint64_t square(std::uint64_t id) { return id * id; }

const ItemSet squares{.item = square, .oracle = square};

struct WrongAtSeven : SerialExecutor {
  using SerialExecutor::SerialExecutor;
  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    SerialExecutor::run(ids, results);
    results[7] ^= 1;
  }
};

/// Right in its first batches, when it does not yet count.
struct LeavesOneOutLater : SerialExecutor {
  using SerialExecutor::SerialExecutor;
  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    const std::size_t left_out = ++batches > 2 ? 1 : 0;
    const std::size_t done = ids.size() - left_out;
    SerialExecutor::run(ids.first(done), results.first(done));
  }
  int batches = 0;
};

struct Throws : SerialExecutor {
  using SerialExecutor::SerialExecutor;
  void run(std::span<const std::uint64_t>, std::span<std::uint64_t>) { throw std::domain_error("planted"); }
};

template <class E>
std::string complaint_about() {
  try {
    run_batches(*make_executor<E>(squares, 1), squares, 10, 10ms);
  } catch (const workloads::CheckFailed& error) {
    return error.what();
  }
  return "none";
}

TEST(RunBatches, CountsWholeBatchesUntilTheTimeIsOver) {
  const auto executor = make_executor<SerialExecutor>(squares, 1);
  const BatchTotals totals = run_batches(*executor, squares, 10'000, 5ms);
  EXPECT_GE(totals.wall, 5ms);
  EXPECT_GT(totals.cpu, 0ms);
  EXPECT_GE(totals.batches, 1u);
  EXPECT_EQ(totals.items, totals.batches * 10'000);
}

TEST(RunBatches, RunsOneBatchEvenInNoTime) {
  const auto executor = make_executor<SerialExecutor>(squares, 1);
  EXPECT_EQ(run_batches(*executor, squares, 3, 0ns).items, 3u);
}

std::uint64_t square_after_a_nap(std::uint64_t id) {
  std::this_thread::sleep_for(1ms);
  return square(id);
}

const ItemSet naps{.item = square_after_a_nap, .oracle = square};

TEST(RunBatches, HoldsEachBatchAgainstSerialItems) {
  const BatchTotals alone = run_batches(*make_executor<SerialExecutor>(naps, 1), naps, 4, 0ns, 2);
  EXPECT_EQ(alone.batches, 3u);
  EXPECT_EQ(alone.items, 12u);  // those done serially do not count
  EXPECT_GT(alone.speed_up, 0);
  EXPECT_EQ(run_batches(*make_executor<SerialExecutor>(naps, 1), naps, 4, 0ns).speed_up, 0);
}

/// Does nothing, but knows what would come of it.
struct Guesses : SerialExecutor {
  using SerialExecutor::SerialExecutor;
  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    std::ranges::transform(ids, results.begin(), square);
  }
};

TEST(RunBatches, WhatIsFasterThanSerialItemsHasASpeedUp) {
  EXPECT_GT(run_batches(*make_executor<Guesses>(naps, 1), naps, 4, 0ns, 2).speed_up, 1);
}

TEST(RunBatches, ASerialItemThatIsWrongFailsToo) {
  const ItemSet wrong{.item = [](std::uint64_t id) { return id + 1; }, .oracle = square};
  EXPECT_THROW(run_batches(*make_executor<Guesses>(wrong, 1), wrong, 4, 0ns, 2), workloads::CheckFailed);
}

TEST(RunBatches, NamesTheFirstWrongItem) {
  EXPECT_THAT(complaint_about<WrongAtSeven>(),
              AllOf(HasSubstr("item 7 of a batch of 10"), HasSubstr("wrong result: 48"), HasSubstr("49")));
}

TEST(RunBatches, NamesAnItemThatWasLeftOutThoughAnEarlierBatchDidIt) {
  EXPECT_THAT(complaint_about<LeavesOneOutLater>(), AllOf(HasSubstr("item 9"), HasSubstr("left out")));
}

/// Right by its results.
struct DoesAnItemTwice : SerialExecutor {
  using SerialExecutor::SerialExecutor;
  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    SerialExecutor::run(ids, results);
    SerialExecutor::run(ids.last(1), results.last(1));
  }
};

TEST(RunBatches, CountsHowOftenAnItemWasDoneWhereThatCanBeTold) {
  std::vector<std::uint64_t> times(10);
  const ItemSet counted{.item =
                            [&](std::uint64_t id) {
                              ++times[id];
                              return square(id);
                            },
                        .oracle = square,
                        .times_done = [&](std::uint64_t id) { return times[id]; }};
  EXPECT_NO_THROW(run_batches(*make_executor<SerialExecutor>(counted, 1), counted, 10, 0ns));
  times.assign(10, 0);
  try {
    run_batches(*make_executor<DoesAnItemTwice>(counted, 1), counted, 10, 0ns);
    FAIL() << "not noticed";
  } catch (const workloads::CheckFailed& error) {
    EXPECT_THAT(error.what(), HasSubstr("item 9 was done 4 times in 2 batches"));
  }
}

TEST(RunBatches, PassesOnWhatTheExecutorThrows) {
  const auto executor = make_executor<Throws>(squares, 1);
  EXPECT_THROW(run_batches(*executor, squares, 10, 1ms), std::domain_error);
}

TEST(RunBatches, RefusesAnEmptyBatch) {
  const auto executor = make_executor<SerialExecutor>(squares, 1);
  EXPECT_THROW(run_batches(*executor, squares, 0, 1ms), std::invalid_argument);
}

}  // namespace
}  // namespace contend::testing
