#include "primitives/internal/chunk_list.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <utility>

#include "primitives/testing/tracked.h"

namespace contend::internal {
namespace {

using contend::testing::Tracked;

constexpr int many = 5'000;  // more than fit in all the chunks that are kept

TEST(ChunkList, KeepsTheOrder) {
  ChunkList<int> list;
  std::mt19937 random(1);
  int pushed = 0;
  int popped = 0;
  while (popped < many) {
    if (pushed < many && random() % 2 == 0) {
      list.push_back(pushed++);
    } else if (popped < pushed) {
      ASSERT_EQ(list.front(), popped++);
      list.pop_front();
    }
    ASSERT_EQ(list.size(), static_cast<std::size_t>(pushed - popped));
  }
}

TEST(ChunkList, GrowsAndShrinksAgain) {
  ChunkList<int> list;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < many; ++i) list.push_back(i);
    for (int i = 0; i < many; ++i, list.pop_front()) ASSERT_EQ(list.front(), i);
    EXPECT_EQ(list.size(), 0U);
  }
}

TEST(ChunkList, IsSwappedWithAllItHas) {
  ChunkList<int> list;
  ChunkList<int> other;
  for (int round = 0; round < 1'000; ++round) {
    for (int i = 0; i < round; ++i) list.push_back(i);
    list.swap(other);
    ASSERT_EQ(list.size(), 0U);
    for (int i = 0; i < round; ++i, other.pop_front()) ASSERT_EQ(other.front(), i);
  }
  list.push_back(1);
  ChunkList<int> moved(std::move(list));
  EXPECT_EQ(moved.size(), 1U);
  EXPECT_EQ(moved.front(), 1);
}

TEST(ChunkList, DestroysWhatIsLeft) {
  ASSERT_EQ(Tracked::living, 0);
  {
    ChunkList<Tracked> list;
    for (int i = 0; i < many; ++i) list.push_back(Tracked(i));
    for (int i = 0; i < many / 2; ++i) list.pop_front();
    EXPECT_EQ(Tracked::living, many - many / 2);
  }
  EXPECT_EQ(Tracked::living, 0);
}

struct Refuses {
  explicit Refuses(int number) : value(number) {
    if (number < 0) throw std::runtime_error("refused");
  }
  int value;
};

TEST(ChunkList, IsUnchangedByWhatThrows) {
  ChunkList<Refuses> list;
  EXPECT_THROW(list.push_back(-1), std::runtime_error);
  for (int i = 0; i < many; ++i) {
    list.push_back(i);
    ASSERT_THROW(list.push_back(-1), std::runtime_error);
  }
  for (int i = 0; i < many; ++i, list.pop_front()) ASSERT_EQ(list.front().value, i);
  EXPECT_THROW(list.push_back(-1), std::runtime_error);
  EXPECT_EQ(list.size(), 0U);
}

TEST(ChunkList, ReusesItsChunks) {
  ChunkList<std::uintptr_t> list;
  list.push_back(0U);
  const auto* const first = &list.front();
  list.pop_front();
  // The second chunk begins when the first is used up; by the third, the first is there again.
  bool is_reused = false;
  for (int i = 0; i < 1'000; ++i, list.pop_front()) {
    list.push_back(0U);
    is_reused = is_reused || &list.front() == first;
  }
  EXPECT_TRUE(is_reused);
}

TEST(ChunkList, AlignsItsItems) {
  struct alignas(256) Wide {
    int value;
  };
  ChunkList<Wide> list;
  for (int i = 0; i < 100; ++i, list.pop_front()) {
    list.push_back(Wide{i});
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(&list.front()) % 256, 0U);
  }
}

}  // namespace
}  // namespace contend::internal
