#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/internal/item_processes.h"
#include "primitives/internal/shared_memory.h"
#include "primitives/process_pool.h"
#include "primitives/testing/executor_checks.h"
#include "primitives/testing/worker_killer.h"

// Results of any size: whole, in their place, and without a trace of others that lay where they lie.
namespace contend {
namespace {

using ::testing::AllOf;
using testing::CountedItems;
using ::testing::HasSubstr;
using testing::ids_up_to;

using Words = std::vector<std::uint64_t>;

/// Each word tells of the item and of its place in it.
std::uint64_t word_of(std::uint64_t id, std::size_t place) { return CountedItems::expected(id) ^ place; }

Words block(std::uint64_t id, std::size_t words) {
  Words result(words);
  for (std::size_t place = 0; place < words; ++place) result[place] = word_of(id, place);
  return result;
}

::testing::AssertionResult is_whole(std::span<const std::uint64_t> result, std::uint64_t id,
                                    std::size_t words) {
  if (result.size() != words) {
    return ::testing::AssertionFailure() << "item " << id << " has " << result.size() << " words";
  }
  for (std::size_t place = 0; place < words; ++place) {
    if (result[place] != word_of(id, place)) {
      return ::testing::AssertionFailure() << "item " << id << " is wrong from word " << place << " on";
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(ProcessPoolResults, ATornAStaleAndAShortResultAreSeen) {
  Words torn = block(7, 100);
  std::ranges::copy(block(6, 50), torn.begin());
  EXPECT_TRUE(is_whole(block(7, 100), 7, 100));
  EXPECT_FALSE(is_whole(torn, 7, 100));
  EXPECT_FALSE(is_whole(block(6, 100), 7, 100));
  EXPECT_FALSE(is_whole(block(7, 99), 7, 100));
}

struct Point {
  double x;
  double y;
  double z;
};

TEST(ProcessPoolResults, PlainValuesOfAnySize) {
  BasicProcessPool<Point> points(
      [](std::uint64_t id) { return Point{.x = 1.0 * id, .y = 0.5 * id, .z = -1}; }, 2);
  std::vector<Point> results(5000);
  points.run(ids_up_to(results.size()), results);
  for (std::size_t id = 0; id < results.size(); ++id) {
    ASSERT_EQ(results[id].x, 1.0 * id);
    ASSERT_EQ(results[id].y, 0.5 * id);
    ASSERT_EQ(results[id].z, -1);
  }
  BasicProcessPool<char> letters([](std::uint64_t id) { return static_cast<char>('a' + id); }, 2);
  std::array<char, 26> alphabet{};
  letters.run(ids_up_to(alphabet.size()), alphabet);
  EXPECT_EQ(std::string(alphabet.begin(), alphabet.end()), "abcdefghijklmnopqrstuvwxyz");
}

TEST(ProcessPoolResults, TextsOfAnyLength) {
  BasicProcessPool<std::string> pool([](std::uint64_t id) { return std::string(id % 300, 'x'); }, 2);
  std::vector<std::string> results(1000, "what was there before");
  pool.run(ids_up_to(results.size()), results);
  for (std::size_t id = 0; id < results.size(); ++id) ASSERT_EQ(results[id], std::string(id % 300, 'x'));
}

/// From 8 bytes to 1 MiB.
std::size_t words_of(std::uint64_t id) { return std::size_t{1} << id % 18; }

TEST(ProcessPoolResults, BlocksUpToAMegabyte) {
  BasicProcessPool<Words> pool([](std::uint64_t id) { return block(id, words_of(id)); }, 3);
  std::vector<Words> results(200);
  pool.run(ids_up_to(results.size()), results);
  for (std::size_t id = 0; id < results.size(); ++id) ASSERT_TRUE(is_whole(results[id], id, words_of(id)));
}

TEST(ProcessPoolResults, AResultThatIsTooLongFailsAloneAndSaysWhy) {
  BasicProcessPool<std::string> pool([](std::uint64_t id) { return std::string(id == 3 ? 101 : 100, 'x'); },
                                     2, {.max_result_bytes = 100});
  std::vector<std::string> results(10);
  const std::vector<ItemFailure> failures = pool.try_run(ids_up_to(results.size()), results);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].index, 3U);
  EXPECT_TRUE(results[3].empty());
  EXPECT_EQ(results[4].size(), 100U);
  try {
    pool.run(ids_up_to(results.size()), results);
    FAIL() << "no exception";
  } catch (const RemoteError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("item 3"), HasSubstr("101 bytes"), HasSubstr("max_result_bytes")));
  }
}

TEST(ProcessPoolResults, RejectsWhatDoesNotFitAnywhere) {
  const auto function = [](std::uint64_t) { return std::string(); };
  const std::size_t two_gib = std::size_t{2} << 30;
  EXPECT_THROW(BasicProcessPool<std::string>(function, 1, {.max_result_bytes = two_gib}),
               std::invalid_argument);
  BasicProcessPool<std::string> pool(function, 1);
  std::vector<std::string> results(2);
  EXPECT_THROW(pool.run(ids_up_to(3), results), std::invalid_argument);
}

/// Bytes of memory that is shared with other processes and resident in this one.
std::size_t shared_and_resident() {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    std::size_t kib = 0;
    if (name == "RssShmem:" && status >> kib) return kib << 10;
  }
  return 0;
}

TEST(ProcessPoolResults, ThousandsOfLargeResultsPassThroughALittleMemoryThatIsGivenBack) {
  constexpr std::size_t words = 8192;  // 64 KiB; 1,024 of them fit
  constexpr std::size_t items = 2000;
  const std::size_t before = shared_and_resident();
  {
    internal::ItemProcesses processes(
        [](std::uint64_t id, std::span<std::byte> room) -> std::uint64_t {
          std::memcpy(room.data(), block(id, words).data(), room.size());
          return 0;
        },
        2, words * sizeof(std::uint64_t), {});
    std::size_t whole = 0;
    const std::vector<ItemFailure> failures = processes.try_run(
        ids_up_to(items), [&](std::size_t index, std::uint64_t, std::span<const std::byte> room) {
          Words result(words);
          std::memcpy(result.data(), room.data(), room.size());
          if (is_whole(result, index, words)) ++whole;
        });
    EXPECT_TRUE(failures.empty());
    EXPECT_EQ(whole, items);
    EXPECT_LT(shared_and_resident() - before, std::size_t{72} << 20);
  }
  EXPECT_LT(shared_and_resident(), before + (std::size_t{1} << 20));
}

/// Computes blocks in place. At its first attempt every seventh item kills its worker when it has written half.
class HalfWritten {
 public:
  static constexpr std::size_t words = 1000;
  static constexpr std::size_t items = 100;

  internal::ItemProcesses::Compute compute() {
    return [this](std::uint64_t id, std::span<std::byte> room) -> std::uint64_t {
      const Words result = block(id, words);
      std::memcpy(room.data(), result.data(), room.size() / 2);
      if (id % 7 == 0 && attempts_[id]++ == 0) raise(SIGKILL);
      std::memcpy(room.data(), result.data(), room.size());
      return id;
    };
  }

  /// Runs all items three times. Every result that comes back must be whole; returns how many did not come back.
  std::size_t lost(OnDeath on_death) {
    internal::ItemProcesses processes(compute(), 2, words * sizeof(std::uint64_t), {.on_death = on_death});
    std::size_t lost = 0;
    for (int round = 0; round < 3; ++round) {
      const auto check = [](std::size_t index, std::uint64_t word, std::span<const std::byte> room) {
        Words result(words);
        std::memcpy(result.data(), room.data(), room.size());
        EXPECT_EQ(word, index);
        EXPECT_TRUE(is_whole(result, index, words));
      };
      for (const ItemFailure& failure : processes.try_run(ids_up_to(items), check)) {
        EXPECT_EQ(failure.index % 7, 0U);
        EXPECT_THROW(std::rethrow_exception(failure.error), BrokenWorker);
        ++lost;
      }
    }
    EXPECT_EQ(processes.deaths(), attempts_that_died);
    return lost;
  }

  static constexpr std::size_t attempts_that_died = (items + 6) / 7;

 private:
  internal::SharedArray<std::atomic<int>> attempts_{items};
};

TEST(ProcessPoolResults, AWorkerThatDiesInTheMiddleOfWritingLosesItsOwnItemOnly) {
  EXPECT_EQ(HalfWritten().lost(OnDeath::fail), HalfWritten::attempts_that_died);
  EXPECT_EQ(HalfWritten().lost(OnDeath::retry), 0U);
}

/// Runs a batch; each item is whole, or reported and without a result. Returns how many were reported.
std::size_t run_blocks(BasicProcessPool<Words>& pool, std::size_t words) {
  std::vector<Words> results(200);
  const std::vector<ItemFailure> failures = pool.try_run(ids_up_to(results.size()), results);
  std::vector<bool> failed(results.size());
  for (const ItemFailure& failure : failures) failed[failure.index] = true;
  for (std::size_t id = 0; id < results.size(); ++id) {
    EXPECT_TRUE(failed[id] ? is_whole(results[id], id, 0) : is_whole(results[id], id, words));
  }
  return failures.size();
}

TEST(ProcessPoolResults, AreWholeWhileWorkersAreKilled) {
  constexpr std::size_t words = 8192;
  for (const OnDeath on_death : {OnDeath::retry, OnDeath::fail}) {
    BasicProcessPool<Words> pool([](std::uint64_t id) { return block(id, words); }, 3,
                                 {.on_death = on_death, .max_deaths_per_item = 1000});
    const testing::WorkerKiller killer(pool);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    std::size_t lost = 0;
    while (std::chrono::steady_clock::now() < end || pool.deaths() < 5) lost += run_blocks(pool, words);
    EXPECT_LE(lost, on_death == OnDeath::retry ? 0 : pool.deaths());
  }
}

TEST(ProcessPoolResults, ABatchThatEndsInAnExceptionOfTheCallersLeavesThePoolUsable) {
  internal::ItemProcesses processes([](std::uint64_t id, std::span<std::byte>) { return id; }, 2, 0, {});
  const auto refuse = [](std::size_t, std::uint64_t, std::span<const std::byte>) {
    throw std::runtime_error("no room");
  };
  EXPECT_THROW(processes.try_run(ids_up_to(100), refuse), std::runtime_error);
  std::size_t sum = 0;
  const auto add = [&](std::size_t, std::uint64_t word, std::span<const std::byte>) { sum += word; };
  EXPECT_TRUE(processes.try_run(ids_up_to(10), add).empty());
  EXPECT_EQ(sum, 45U);
}

}  // namespace
}  // namespace contend
