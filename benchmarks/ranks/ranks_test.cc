#include "benchmarks/ranks/ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/pool_error.h"

// Started by mpirun: rank 0 tests, the others serve.
namespace contend::benchmarks {
namespace {

using ::testing::HasSubstr;

Ranks* ranks = nullptr;

std::uint64_t times(std::uint64_t id, std::uint64_t amount) { return id * amount + 1; }

/// Items from `amount` on fail: each rank has some.
std::uint64_t fails_from(std::uint64_t id, std::uint64_t amount) {
  if (id >= amount) throw std::runtime_error("planted in " + std::to_string(id));
  return id;
}

/// Tells which process it ran in: on one machine, the ranks' numbers differ.
std::uint64_t rank_of(std::uint64_t /*id*/, std::uint64_t /*amount*/) { return ranks->rank(); }

enum Work : std::size_t { product, failing, who };

std::vector<std::uint64_t> run(Work work, std::uint64_t amount, std::size_t items) {
  std::vector<std::uint64_t> ids(items);
  std::iota(ids.begin(), ids.end(), std::uint64_t{0});
  std::vector<std::uint64_t> results(items, 77);
  ranks->run(work, amount, ids, results);
  return results;
}

TEST(Ranks, GiveEveryResultOnceAndInItsPlace) {
  for (const std::size_t items : {0U, 1U, 2U, 1000U, 10'001U}) {
    const std::vector<std::uint64_t> results = run(product, 3, items);
    for (std::size_t id = 0; id < items; ++id) ASSERT_EQ(results[id], 3 * id + 1);
  }
}

TEST(Ranks, AllTakePart) {
  const std::vector<std::uint64_t> results = run(who, 0, 2 * ranks->size());
  for (std::size_t index = 0; index < results.size(); ++index)
    EXPECT_EQ(results[index], index % ranks->size());
}

TEST(Ranks, TellOfTheFirstItemThatFailsAndGoOn) {
  for (const std::size_t first : {0U, 1U, 2U, 50U}) {
    try {
      run(failing, first, 60);
      FAIL() << "no exception";
    } catch (const RemoteError& error) {
      EXPECT_EQ(error.item(), first);
      EXPECT_THAT(error.what(), HasSubstr("planted in " + std::to_string(first)));
    }
    EXPECT_EQ(run(product, 1, 3), (std::vector<std::uint64_t>{1, 2, 3}));
  }
}

}  // namespace
}  // namespace contend::benchmarks

int main(int argc, char** argv) {
  contend::benchmarks::Ranks ranks(
      {contend::benchmarks::times, contend::benchmarks::fails_from, contend::benchmarks::rank_of});
  contend::benchmarks::ranks = &ranks;
  if (ranks.rank() != 0) {
    ranks.serve();
    return 0;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
