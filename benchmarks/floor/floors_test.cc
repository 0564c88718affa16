#include "benchmarks/floor/floors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "workloads/testing/killed_parent.h"

namespace contend::testing {
namespace {

using benchmarks::floor_cases;
using benchmarks::FloorCase;
using benchmarks::FloorCases;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<int> allowed_cpus() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
  }
  return cpus;
}

std::set<std::string> names_of(const FloorCases& cases) {
  std::set<std::string> names;
  for (const FloorCase& floor : cases) names.insert(floor.name);
  return names;
}

/// Keeps the rows instead of printing them.
class Rows : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    rows.insert(rows.end(), runs.begin(), runs.end());
  }

  std::vector<Run> rows;
};

Rows run_floor(const FloorCase& floor, benchmark::IterationCount iterations) {
  benchmark::ClearRegisteredBenchmarks();
  auto* const registered =
      benchmark::RegisterBenchmark(floor.name.c_str(), floor.run)->Iterations(iterations);
  if (floor.manual_time) registered->UseManualTime();
  Rows rows;
  benchmark::RunSpecifiedBenchmarks(&rows, ".");
  return rows;
}

class EveryFloor : public ::testing::TestWithParam<FloorCase> {};

TEST_P(EveryFloor, MeasuresSomethingAndLeavesNothingBehind) {
  const Rows rows = run_floor(GetParam(), 3);
  ASSERT_EQ(rows.rows.size(), 1u);
  EXPECT_FALSE(rows.rows[0].error_occurred) << rows.rows[0].error_message;
  EXPECT_EQ(rows.rows[0].iterations, 3);
  EXPECT_GT(rows.rows[0].real_accumulated_time, 0);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child process is left";
  EXPECT_EQ(errno, ECHILD);
}

std::string as_test_name(const ::testing::TestParamInfo<FloorCase>& instance) {
  std::string name = instance.param.name.substr(std::string("floor/").size());
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, EveryFloor, ::testing::ValuesIn(floor_cases(allowed_cpus())), as_test_name);

TEST(Floors, AreNamedOnceAndInFull) {
  const std::vector<int> cpus{0, 3, 5};
  const FloorCases cases = floor_cases(cpus);
  const std::set<std::string> names = names_of(cases);
  EXPECT_EQ(names.size(), cases.size());
  EXPECT_THAT(names, Each(StartsWith("floor/")));
  EXPECT_THAT(names, Contains("floor/cache_line_round_trip/from:3/to:5"));
  EXPECT_THAT(names, Not(Contains("floor/cache_line_round_trip/from:5/to:3")));
  EXPECT_THAT(names, Not(Contains("floor/round_trip/over:shm_spin/cpu:same")));
}

TEST(Floors, OneCpuLeavesOutWhatNeedsTwo) {
  const std::vector<int> cpus{0};
  for (const std::string& name : names_of(floor_cases(cpus))) {
    EXPECT_EQ(name.find("cpu:other"), std::string::npos) << name;
    EXPECT_EQ(name.find("cache_line_round_trip"), std::string::npos) << name;
  }
}

TEST(Floors, ACpuThatIsNotThereIsAnErrorRow) {
  const std::vector<int> cpus{0, CPU_SETSIZE};
  const FloorCases cases = floor_cases(cpus);
  const auto pair = std::ranges::find_if(
      cases, [](const FloorCase& floor) { return floor.name.starts_with("floor/cache_line_round_trip"); });
  ASSERT_NE(pair, cases.end());
  const Rows rows = run_floor(*pair, 1);
  ASSERT_EQ(rows.rows.size(), 1u);
  EXPECT_TRUE(rows.rows[0].error_occurred);
  EXPECT_NE(rows.rows[0].error_message.find("CPU 1024"), std::string::npos) << rows.rows[0].error_message;
}

TEST(Floors, AKilledBenchmarkLeavesNoPeerBehind) {
  constexpr benchmark::IterationCount endless = 1'000'000'000;
  for (const FloorCase& floor : floor_cases(allowed_cpus())) {
    if (!floor.name.starts_with("floor/round_trip")) continue;
    EXPECT_TRUE(nothing_outlives([&floor] { run_floor(floor, endless); })) << floor.name;
  }
}

}  // namespace
}  // namespace contend::testing
