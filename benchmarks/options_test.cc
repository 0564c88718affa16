#include "benchmarks/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace contend::benchmarks {
namespace {

struct Parsed {
  Options options;
  std::vector<std::string> left;
};

Parsed parse(std::vector<std::string> words) {
  words.insert(words.begin(), "bench");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  Parsed parsed{parse_options(argc, argv.data()), {}};
  for (int i = 1; i < argc; ++i) parsed.left.emplace_back(argv[i]);
  return parsed;
}

TEST(Options, TakesItsOwnAndLeavesTheLibrarys) {
  const Parsed parsed = parse({"--contend_case=lock/a/b", "--contend_workers=1,max", "--benchmark_filter=x",
                               "--contend_placement=smt", "--contend_waits=no", "--benchmark_min_time=0.2",
                               "--contend_unit_ns=1.5", "--benchmark_repetitions=3"});
  EXPECT_EQ(parsed.options.only_case, "lock/a/b");
  EXPECT_EQ(parsed.options.workers, (std::vector<std::string>{"1", "max"}));
  EXPECT_EQ(parsed.options.placement, workloads::Placement::smt);
  EXPECT_FALSE(parsed.options.waits);
  EXPECT_DOUBLE_EQ(parsed.options.round_seconds, 0.2);
  EXPECT_DOUBLE_EQ(parsed.options.unit_ns.value(), 1.5);
  EXPECT_EQ(parsed.options.repetitions, 3U);
  EXPECT_EQ(parsed.left, (std::vector<std::string>{"--benchmark_filter=x", "--benchmark_min_time=0.2"}));
}

TEST(Options, TellWhatTheNamesOfAllWantedCasesBeginWith) {
  EXPECT_EQ(parse({}).options.name_prefix, "");
  EXPECT_EQ(parse({"--benchmark_filter=x", "--benchmark_filter=^lock/a/.*"}).options.name_prefix, "lock/a/");
  EXPECT_EQ(parse({"--contend_case=lock/a/b", "--benchmark_filter=^lock"}).options.name_prefix, "lock/a/b");
}

TEST(Options, RefusesWhatMakesNoSenseAndNamesIt) {
  for (const char* word :
       {"--contend_placement=sideways", "--contend_unit_ns=0", "--contend_unit_ns=1x", "--contend_waits=0",
        "--contend_colour=red", "--benchmark_min_time=0", "--benchmark_min_time=-1",
        "--benchmark_min_time=nan", "--benchmark_min_time=1s", "--benchmark_repetitions=0"}) {
    try {
      parse({word});
      ADD_FAILURE() << word << " was accepted";
    } catch (const UsageError& error) {
      const std::string flag = std::string(word).substr(0, std::string(word).find('='));
      EXPECT_NE(std::string(error.what()).find(flag), std::string::npos) << error.what();
    }
  }
}

TEST(Options, WorkerCountsGoBeyondTheCpus) {
  EXPECT_EQ(worker_counts({}, 1), (std::vector<unsigned>{1, 2, 4}));
  EXPECT_EQ(worker_counts({}, 2), (std::vector<unsigned>{1, 2, 4, 8}));
  EXPECT_EQ(worker_counts({}, 6), (std::vector<unsigned>{1, 2, 4, 6, 12, 24}));
  EXPECT_EQ(crowds({}, 2), (std::vector<unsigned>{16}));
  EXPECT_TRUE(crowds({"2"}, 2).empty());
  EXPECT_EQ(worker_counts({"max", "1", "3", "1"}, 6), (std::vector<unsigned>{1, 3, 6}));
}

TEST(Options, RefusesAbsurdWorkerCounts) {
  for (const char* count : {"0", "-1", "4097", "many", "", "1.5"}) {
    EXPECT_THROW(worker_counts({count}, 2), UsageError) << count;
  }
}

}  // namespace
}  // namespace contend::benchmarks
