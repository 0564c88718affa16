#include "benchmarks/block_cases.h"

#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/row.h"
#include "workloads/block_results.h"

namespace contend::benchmarks {
namespace {

TEST(BlockCases, AreEveryCarrierBySizeAndWorkers) {
  Suite suite{.name = "executor", .subjects = {{.name = "pool"}}, .cases = {}};
  add_block_cases(std::array{1U, 2U}, suite);
  EXPECT_EQ(suite.subjects.size(), 3U);
  EXPECT_EQ(suite.cases.size(), 3U * 4U * 2U);
  EXPECT_EQ(name_of(suite.cases.back()),
            "executor/block_results/process_pool_blocks/workers:2/bytes:1048576");
}

TEST(BlockResults, ADigestTellsOfALostEndAndOfAnotherItem) {
  std::vector<std::uint64_t> block(100);
  workloads::fill_block(7, block);
  const std::uint64_t digest = workloads::digest_of(block);
  workloads::fill_block(8, block);
  EXPECT_NE(workloads::digest_of(block), digest);
  workloads::fill_block(7, block);
  EXPECT_EQ(workloads::digest_of(block), digest);
  block.back() = 0;
  EXPECT_NE(workloads::digest_of(block), digest);
}

/// The cases' own way of measuring, with the executors of the suite: each passes its check.
TEST(BlockCases, PassTheirChecks) {
  Suite suite{.name = "executor", .subjects = {}, .cases = {}};
  add_block_cases(std::array{2U}, suite);
  std::vector<std::string> words{"block_cases_test", "--benchmark_min_time=0.01"};
  std::vector<char*> argv{words[0].data(), words[1].data()};
  int argc = 2;
  benchmark::Initialize(&argc, argv.data());
  RunSettings settings;
  settings.round_seconds = 0.01;
  bool failed = false;
  for (const Case& one : suite.cases) register_case(one, settings, failed);
  EXPECT_EQ(benchmark::RunSpecifiedBenchmarks(), suite.cases.size());
  EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace contend::benchmarks
