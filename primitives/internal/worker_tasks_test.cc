#include "primitives/internal/worker_tasks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <exception>

namespace contend::internal {
namespace {

class Nothing final : public Task {
 public:
  void run() noexcept override {}
  void refuse(const std::exception_ptr& /*refusal*/) noexcept override {}
  void drop() noexcept override {}
};

class WorkerTasksTest : public ::testing::Test {
 protected:
  static constexpr std::size_t room = 16;

  void push(WorkerTasks& to, std::size_t count) {
    for (; count > 0; --count) EXPECT_TRUE(to.push(TaskPtr(&nothing_), closed_));
  }

  /// How many there were.
  static std::size_t empty(WorkerTasks& tasks) {
    std::size_t count = 0;
    while (tasks.take_oldest()) ++count;
    return count;
  }

  Nothing nothing_;
  std::atomic<bool> closed_{false};
  WorkerTasks own_{room};
  WorkerTasks others_{room};
};

bool always() { return true; }

TEST_F(WorkerTasksTest, TheOldestSinceIsNoneThatWasThereBefore) {
  push(own_, 2);
  const std::size_t place = own_.end();
  push(own_, 1);
  EXPECT_FALSE(own_.take_oldest_since(place, always));
  EXPECT_TRUE(own_.take_oldest());
  EXPECT_FALSE(own_.take_oldest_since(place, always));
  EXPECT_TRUE(own_.take_oldest());
  EXPECT_FALSE(own_.take_oldest_since(place, [] { return false; }));
  EXPECT_TRUE(own_.take_oldest_since(place, always));
  EXPECT_FALSE(own_.take_oldest_since(place, always));
  push(own_, 1);
  EXPECT_TRUE(own_.take_oldest_since(place, always)) << "nor does it forget where it was when it is empty";
}

TEST_F(WorkerTasksTest, PlacesAreGivenAgainWhenTheYoungestIsTaken) {
  push(own_, 3);
  const std::size_t place = own_.end();
  EXPECT_TRUE(own_.take_youngest());
  EXPECT_TRUE(own_.take(&nothing_));
  EXPECT_EQ(own_.end(), place - 2);
  push(own_, 3);
  EXPECT_EQ(own_.end(), place + 1);
}

TEST_F(WorkerTasksTest, AThiefTakesSomeOfMany) {
  push(others_, 33);
  EXPECT_TRUE(own_.steal_from(others_, room, closed_));
  EXPECT_EQ(own_.end(), 2U);
  EXPECT_EQ(empty(own_), 2U);
  EXPECT_EQ(empty(others_), 30U);
}

TEST_F(WorkerTasksTest, AThiefTakesNoMoreThanItHasRoomFor) {
  WorkerTasks without_room;
  push(others_, 100);
  EXPECT_TRUE(without_room.steal_from(others_, room, closed_));
  EXPECT_TRUE(without_room.is_empty());
  EXPECT_EQ(empty(others_), 99U);
}

TEST_F(WorkerTasksTest, AThiefThatHasSomeOrIsToStopTakesOne) {
  push(own_, 1);
  push(others_, 100);
  EXPECT_TRUE(own_.steal_from(others_, room, closed_));
  EXPECT_EQ(empty(own_), 1U);
  closed_ = true;
  EXPECT_TRUE(own_.steal_from(others_, room, closed_));
  EXPECT_TRUE(own_.is_empty());
  EXPECT_EQ(empty(others_), 98U);
}

}  // namespace
}  // namespace contend::internal
