#include "workloads/executor_workload.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>

#include "primitives/event_loop.h"
#include "primitives/executors.h"
#include "workloads/cpu/kernel.h"
#include "workloads/run_batches.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;
using workloads::Args;
using workloads::executor_workloads;
using workloads::ExecutorWorkload;
using workloads::items_in_a_quarter;
using workloads::microseconds_of;

class EveryExecutorWorkload : public ::testing::TestWithParam<ExecutorWorkload> {
 protected:
  Args smallest() const { return with(GetParam().args.at(0).values.at(0)); }

  /// The smallest values, but for the first argument.
  Args with(const std::string& first) const {
    std::vector<workloads::Arg> args;
    for (const workloads::ArgSpec& spec : GetParam().args) {
      args.push_back({spec.name, args.empty() ? first : spec.values.at(0)});
    }
    return Args(std::move(args));
  }
};

TEST_P(EveryExecutorWorkload, AgreesWithItsOracle) {
  const workloads::ItemSet items = GetParam().make(smallest());
  const auto serial = workloads::make_executor<SerialExecutor>(items, 1);
  EXPECT_GE(workloads::run_batches(*serial, items, 5, 1ms).items, 5u);
}

TEST_P(EveryExecutorWorkload, CanBeAwaitedIfItSaysSo) {
  const workloads::ItemSet items = GetParam().make(smallest());
  ASSERT_EQ(static_cast<bool>(items.async_items), GetParam().awaitable);
  if (!GetParam().awaitable) return;
  const auto loop = workloads::make_executor<EventLoop>(items, 3);
  EXPECT_GE(workloads::run_batches(*loop, items, 7, 1ms).items, 7u);
}

TEST_P(EveryExecutorWorkload, GivesEveryWorkerAnItem) {
  for (const unsigned workers : {1u, 2u, 7u, 64u}) {
    EXPECT_GE(GetParam().batch_size(smallest(), 1ns, workers), workers);
  }
}

TEST_P(EveryExecutorWorkload, KeepsWhatTheItemsNeedUntilTheLastCopyIsGone) {
  contend::ItemFunction kept = GetParam().make(smallest()).item;
  EXPECT_EQ(kept(3), GetParam().make(smallest()).oracle(3));
}

TEST_P(EveryExecutorWorkload, RefusesAnImpossibleTime) {
  EXPECT_THROW(GetParam().make(with("-1")), std::invalid_argument);
  EXPECT_THROW(GetParam().make(with("1e12")), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(All, EveryExecutorWorkload, ::testing::ValuesIn(executor_workloads()),
                         [](const auto& instance) { return instance.param.name; });

TEST(ItemsInAQuarter, FillsEveryLane) {
  EXPECT_EQ(items_in_a_quarter(100ms, 1ms, 1, 1000), 25u);
  EXPECT_EQ(items_in_a_quarter(100ms, 1ms, 4, 1000), 100u);
  EXPECT_EQ(items_in_a_quarter(100ms, 1ms, 4, 10), 40u);
  EXPECT_EQ(items_in_a_quarter(1ms, 10ms, 4, 10), 4u);
  EXPECT_EQ(items_in_a_quarter(1s, 0ns, 2, 10), 20u);
}

TEST(MicrosecondsOf, NamesWhatIsWrong) {
  EXPECT_EQ(microseconds_of(Args{{"item_us", "100"}}, "item_us"), 100us);
  EXPECT_THROW(microseconds_of(Args{{"item_us", "nan"}}, "item_us"), std::invalid_argument);
  EXPECT_THROW(microseconds_of(Args{}, "item_us"), std::out_of_range);
}

TEST(CpuWorkload, FillsTheTablesOfTheSameKernelOnce) {
  int filled = 0;
  const auto make = [&filled](const Args&) -> workloads::Kernel {
    ++filled;
    return [](std::uint64_t id, std::uint64_t) { return id; };
  };
  const auto workload = workloads::cpu_workload({"counted", {{"bytes", {"64", "128"}}}, make});
  for (const char* bytes : {"64", "64", "128", "128"}) workload.make({{"item_us", "1"}, {"bytes", bytes}});
  EXPECT_EQ(filled, 2);
}

}  // namespace
}  // namespace contend::testing
