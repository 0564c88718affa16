#include "benchmarks/name_filter.h"

#include <gtest/gtest.h>

namespace contend::benchmarks {
namespace {

TEST(NameFilter, TellsWhatAllNamesBeginWith) {
  EXPECT_EQ(literal_prefix("^lock/sections/Lock/team:threads$"), "lock/sections/Lock/team:threads");
  EXPECT_EQ(literal_prefix("^lock/std::mutex/.*1"), "lock/std::mutex/");
  EXPECT_EQ(literal_prefix("^a\\.b\\+c/[12]"), "a.b+c/");
  EXPECT_EQ(literal_prefix("^a{1}b"), "");
  EXPECT_EQ(literal_prefix("^abc?d"), "ab");
  EXPECT_EQ(literal_prefix("^workers:\\d"), "workers:");
}

TEST(NameFilter, TellsNothingOfOthers) {
  for (const char* filter :
       {"", "all", "lock", "-^lock", "^lock|queue", "^(lock)|queue", "^*", "^.", "^\\"}) {
    EXPECT_EQ(literal_prefix(filter), "") << filter;
  }
}

TEST(NameFilter, ANameMayBeginWithWhatIsLongerOrShorter) {
  EXPECT_TRUE(may_begin_with("lock/sections/Lock", "lock/sec"));
  EXPECT_TRUE(may_begin_with("lock/sections", "lock/sections/manual_time"));
  EXPECT_TRUE(may_begin_with("lock", ""));
  EXPECT_FALSE(may_begin_with("lock/sections", "lock/timed"));
}

TEST(NameFilter, KnowsTheSubjectOfWholeSegmentsOnly) {
  EXPECT_EQ(subject_in("lock/sections/Lock/"), "Lock");
  EXPECT_EQ(subject_in("lock/sections/std::mutex/team:threads/x"), "std::mutex");
  for (const char* prefix : {"", "lock", "lock/sections/", "lock/sections/Lo"})
    EXPECT_EQ(subject_in(prefix), "");
}

}  // namespace
}  // namespace contend::benchmarks
