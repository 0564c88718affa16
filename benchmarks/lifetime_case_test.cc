#include "benchmarks/lifetime_case.h"

#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/row.h"
#include "primitives/event_loop.h"
#include "primitives/executors.h"

namespace contend::benchmarks {
namespace {

class Kept : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override { row = runs.back(); }

  Run row;
};

/// The row of one short round of such an executor.
template <class E>
Kept::Run row_of(unsigned workers) {
  std::string name = "lifetime_case_test";
  std::string time = "--benchmark_min_time=0.001";
  std::vector<char*> argv{name.data(), time.data()};
  int argc = 2;
  benchmark::Initialize(&argc, argv.data());
  RunSettings settings;
  settings.round_seconds = 0.001;
  bool failed = false;
  const Case one = lifetime_case({.name = "executor"}, workers, workloads::make_executor<E>);
  register_case(one, settings, failed);
  Kept kept;
  benchmark::RunSpecifiedBenchmarks(&kept, "all");
  benchmark::ClearRegisteredBenchmarks();
  EXPECT_EQ(failed, kept.row.error_occurred);
  return kept.row;
}

double counter(const Kept::Run& row, const std::string& name) {
  const auto found = row.counters.find(name);
  return found == row.counters.end() ? -1 : found->second.value;
}

TEST(LifetimeCase, IsTheWholeLifeOfAnyExecutor) {
  for (const auto& row : {row_of<SerialExecutor>(1), row_of<ThreadPoolExecutor>(3), row_of<ThreadPerItem>(3),
                          row_of<ForkPerItem>(2), row_of<EventLoop>(3)}) {
    EXPECT_FALSE(row.error_occurred) << row.error_message;
    EXPECT_GT(row.GetAdjustedRealTime(), 0);
    EXPECT_GE(counter(row, "cpu_ns_per_op"), 0);
  }
}

TEST(LifetimeCase, TellsWhatAWorkerTakesWhileItLives) {
  const Kept::Run row = row_of<ProcessPoolExecutor>(2);
  EXPECT_FALSE(row.error_occurred) << row.error_message;
  EXPECT_GT(counter(row, "memory_per_worker"), 64 << 10);
  EXPECT_LT(counter(row, "proportional_memory_per_worker"), counter(row, "memory_per_worker"));
}

/// Its worker takes what nobody may call little.
class Glutton : public SerialExecutor {
 public:
  Glutton(ItemFunction function, unsigned workers)
      : SerialExecutor(std::move(function), workers), eaten_(std::size_t{32} << 20, 'x') {}

 private:
  std::vector<char> eaten_;
};

TEST(LifetimeCase, SeesMemoryThatIsTaken) {
  const Kept::Run row = row_of<Glutton>(1);
  EXPECT_GT(counter(row, "memory_per_worker"), 31 << 20);
  EXPECT_GT(counter(row, "proportional_memory_per_worker"), 31 << 20);
}

class LeavesTheLastOut : public SerialExecutor {
 public:
  using SerialExecutor::SerialExecutor;
  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    SerialExecutor::run(ids.first(ids.size() - 1), results.first(ids.size() - 1));
  }
};

TEST(LifetimeCase, FailsWhereAnExecutorDoesNotWork) {
  EXPECT_TRUE(row_of<LeavesTheLastOut>(1).error_occurred);
}

}  // namespace
}  // namespace contend::benchmarks
