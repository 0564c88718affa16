#include "primitives/timed_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "primitives/event.h"
#include "primitives/thread_pool.h"

namespace contend {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Optional;

TEST(TimedMap, GivesAllResultsInOrder) {
  ThreadPool pool(2);
  const std::list<int> numbers = {3, 1, 2};
  EXPECT_THAT(try_map_for(pool, 1h, numbers, [](int number) { return 10 * number; }),
              Optional(ElementsAre(30, 10, 20)));
  EXPECT_THAT(try_map_for(pool, std::chrono::hours::max(), numbers, [](int number) { return number > 2; }),
              Optional(ElementsAre(true, false, false)));
  EXPECT_THAT(try_map_for(pool, -1s, std::vector<int>{}, [](int number) { return number; }),
              Optional(ElementsAre()));
}

TEST(TimedMap, MovesResultsThatCanNotBeCopied) {
  ThreadPool pool(1);
  const auto made =
      try_map_for(pool, 1h, std::vector<int>{7}, [](int number) { return std::make_unique<int>(number); });
  ASSERT_TRUE(made);
  EXPECT_EQ(*made->front(), 7);
}

TEST(TimedMap, GivesUpWithoutWaitingForACallThatHasBegun) {
  Event let_go;
  std::atomic<int> calls{0};
  ThreadPool pool(1);
  const auto wait = [&](const std::string& /*element*/) {
    ++calls;
    return let_go.wait();
  };
  EXPECT_EQ(try_map_for(pool, 20ms, std::vector<std::string>(3, "an element"), wait), std::nullopt);
  let_go.set();
  pool.shutdown();
  EXPECT_LE(calls, 1) << "those that had not begun never do";
}

TEST(TimedMap, GivesUpWhereThereIsNoRoom) {
  Event let_go;
  ThreadPool pool(1, {.backlog = 1});
  const auto plug = pool.submit([&] { let_go.wait(); });
  EXPECT_EQ(try_map_for(pool, 20ms, std::vector<int>(9), [](int number) { return number; }), std::nullopt);
  EXPECT_EQ(try_map_for(pool, 0s, std::vector<int>(9), [](int number) { return number; }), std::nullopt);
  let_go.set();
}

TEST(TimedMap, ThrowsWhatTheFirstFailingElementThrew) {
  ThreadPool pool(1);
  const auto fail = [](int number) -> int {
    if (number == 1) throw std::out_of_range("one");
    if (number == 2) throw std::domain_error("two");
    return number;
  };
  EXPECT_THROW(try_map_for(pool, 1h, std::vector<int>{0, 1, 2}, fail), std::out_of_range);
}

}  // namespace
}  // namespace contend
