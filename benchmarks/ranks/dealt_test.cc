#include "benchmarks/ranks/dealt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contend::benchmarks {
namespace {

using ::testing::HasSubstr;

TEST(Dealt, GivesEveryItemToOneRank) {
  for (const std::size_t ranks : {1U, 2U, 3U, 7U}) {
    for (const std::size_t items : {0U, 1U, 6U, 7U, 20U}) {
      const Dealt dealt{.ranks = ranks, .items = items};
      std::vector<int> given(items);
      for (std::size_t rank = 0; rank < ranks; ++rank) {
        for (std::size_t nth = 0; nth < dealt.count_of(rank); ++nth) ++given.at(dealt.index(rank, nth));
      }
      EXPECT_EQ(given, std::vector<int>(items, 1)) << items << " items, " << ranks << " ranks";
    }
  }
}

std::string complaint_about(const std::vector<DoneItem>& done) {
  std::vector<std::uint64_t> results(3);
  try {
    put_in_place(done, results);
  } catch (const workloads::CheckFailed& error) {
    return error.what();
  }
  return "none";
}

TEST(PutInPlace, TakesEveryItemOnceInAnyOrder) {
  std::vector<std::uint64_t> results(3);
  put_in_place(std::vector<DoneItem>{{2, 12}, {0, 10}, {1, 11}}, results);
  EXPECT_EQ(results, (std::vector<std::uint64_t>{10, 11, 12}));
}

TEST(PutInPlace, FindsWhatIsMissingDoubleOrStrange) {
  EXPECT_THAT(complaint_about({{0, 1}, {2, 1}}), HasSubstr("item 1 of a batch did not come back"));
  EXPECT_THAT(complaint_about({{0, 1}, {1, 1}, {1, 1}, {2, 1}}),
              HasSubstr("item 1 of a batch came back twice"));
  EXPECT_THAT(complaint_about({{0, 1}, {1, 1}, {3, 1}}),
              HasSubstr("item 3 of a batch came back, which has no"));
}

}  // namespace
}  // namespace contend::benchmarks
