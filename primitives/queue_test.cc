#include "primitives/queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/testing/order_checker.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;

/// Most likely long enough for another thread to fall asleep; only what is exercised depends on it.
void let_others_sleep() { std::this_thread::sleep_for(10ms); }

std::chrono::nanoseconds cpu_time_of_this_thread() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// What the three have in common.
template <class Q>
class TaskQueue : public ::testing::Test {};
using Queues = ::testing::Types<Queue<int>, LifoQueue<int>, PriorityQueue<int>>;
TYPED_TEST_SUITE(TaskQueue, Queues);

TYPED_TEST(TaskQueue, IsBoundedOrNot) {
  static_assert(FifoQueue<TypeParam>);
  TypeParam bounded(2);
  EXPECT_TRUE(bounded.try_push(1));
  EXPECT_FALSE(bounded.full());
  EXPECT_TRUE(bounded.try_push(2));
  EXPECT_TRUE(bounded.full());
  EXPECT_FALSE(bounded.try_push(3));
  EXPECT_FALSE(bounded.try_push_for(3, 5ms));
  EXPECT_FALSE(bounded.try_push_for(3, -1h));
  EXPECT_FALSE(bounded.try_push_until(3, std::chrono::system_clock::now() + 5ms));
  EXPECT_EQ(bounded.size(), 2U);
  EXPECT_EQ(bounded.capacity(), 2U);

  TypeParam unbounded;
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(unbounded.try_push(i));
  EXPECT_FALSE(unbounded.full());
  EXPECT_EQ(unbounded.capacity(), 0U);
}

TYPED_TEST(TaskQueue, TimedPopGivesUp) {
  TypeParam queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.try_pop(), std::nullopt);
  EXPECT_EQ(queue.try_pop_for(-1h), std::nullopt);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(queue.try_pop_for(20ms), std::nullopt);
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_EQ(queue.try_pop_until(std::chrono::system_clock::now() + 5ms), std::nullopt);
  queue.push(1);
  EXPECT_EQ(queue.try_pop_for(std::chrono::hours::max()), 1);
  EXPECT_EQ(queue.unfinished_tasks(), 1U);
}

TYPED_TEST(TaskQueue, PopWaitsForAnItem) {
  TypeParam queue;
  std::thread producer([&] {
    let_others_sleep();
    queue.push(7);
  });
  EXPECT_EQ(queue.try_pop_for(std::chrono::nanoseconds::max()), 7);
  producer.join();
}

TYPED_TEST(TaskQueue, WaitingBurnsNoCpu) {
  TypeParam queue(1);
  const auto before = cpu_time_of_this_thread();
  EXPECT_EQ(queue.try_pop_for(200ms), std::nullopt);
  queue.push(1);
  EXPECT_FALSE(queue.try_push_for(2, 200ms));
  EXPECT_FALSE(queue.try_join_for(200ms));
  EXPECT_LT(cpu_time_of_this_thread() - before, 100ms);
}

TYPED_TEST(TaskQueue, PushWaitsForRoom) {
  TypeParam queue(1);
  queue.push(1);
  std::jthread consumer([&] {
    let_others_sleep();
    EXPECT_EQ(queue.pop(), 1);
  });
  queue.push(2);
  EXPECT_EQ(queue.pop(), 2);
}

TYPED_TEST(TaskQueue, JoinWaitsForTheLastTask) {
  TypeParam queue;
  queue.join();
  queue.push(1);
  queue.push(2);
  (void)queue.pop();
  (void)queue.pop();
  queue.task_done();
  EXPECT_FALSE(queue.try_join_for(5ms));
  EXPECT_FALSE(queue.try_join_until(std::chrono::system_clock::now() + 5ms));
  EXPECT_EQ(queue.unfinished_tasks(), 1U);
  std::jthread worker([&] {
    let_others_sleep();
    queue.task_done();
  });
  queue.join();
  EXPECT_TRUE(queue.try_join_for(0s));
}

TYPED_TEST(TaskQueue, RefusesATaskDoneTooMany) {
  TypeParam queue;
  EXPECT_THROW(queue.task_done(), std::logic_error);
  queue.push(1);
  queue.task_done();
  EXPECT_THROW(queue.task_done(), std::logic_error);
  EXPECT_EQ(queue.unfinished_tasks(), 0U);
}

TYPED_TEST(TaskQueue, DrainsAfterShutdown) {
  TypeParam queue(2);
  queue.push(1);
  queue.shutdown();
  EXPECT_TRUE(queue.is_shut_down());
  EXPECT_THROW(queue.push(2), QueueShutDown);
  EXPECT_THROW(queue.try_push(2), QueueShutDown);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_THROW(queue.pop(), QueueShutDown);
  EXPECT_THROW(queue.try_pop(), QueueShutDown);
  EXPECT_THROW(queue.try_pop_for(1h), QueueShutDown);
  EXPECT_FALSE(queue.try_join_for(0s)) << "the fetched item is not done";
  queue.task_done();
  queue.join();
}

TYPED_TEST(TaskQueue, DropsTheItemsAtAnImmediateShutdown) {
  TypeParam queue;
  for (int i = 0; i < 3; ++i) queue.push(i);
  (void)queue.pop();
  queue.shutdown();
  queue.shutdown(ShutdownMode::immediate);
  EXPECT_TRUE(queue.empty());
  EXPECT_THROW(queue.pop(), QueueShutDown);
  EXPECT_EQ(queue.unfinished_tasks(), 1U) << "what was fetched is still to be done";
  std::jthread worker([&] {
    let_others_sleep();
    queue.task_done();
  });
  queue.join();
}

TYPED_TEST(TaskQueue, ShutdownWakesEverybody) {
  for (const auto mode : {ShutdownMode::drain, ShutdownMode::immediate}) {
    TypeParam full(1);
    TypeParam empty;
    full.push(0);
    std::atomic<int> refused{0};
    auto count_refusal = [&](auto act) {
      try {
        act();
      } catch (const QueueShutDown&) {
        ++refused;
      }
    };
    std::vector<std::jthread> waiters;
    for (int i = 0; i < 3; ++i) {
      waiters.emplace_back([&] { count_refusal([&] { full.push(1); }); });
      waiters.emplace_back([&] { count_refusal([&] { (void)empty.pop(); }); });
      waiters.emplace_back([&] { count_refusal([&] { (void)empty.try_pop_for(24h); }); });
    }
    let_others_sleep();
    full.shutdown(mode);
    empty.shutdown(mode);
    waiters.clear();
    EXPECT_EQ(refused, 9);
  }
}

TYPED_TEST(TaskQueue, ImmediateShutdownEndsAJoin) {
  TypeParam queue;
  queue.push(1);
  std::jthread joiner([&] { queue.join(); });
  let_others_sleep();
  queue.shutdown(ShutdownMode::immediate);
}

TYPED_TEST(TaskQueue, CapacityMayChange) {
  TypeParam queue(1);
  queue.push(1);
  std::vector<std::jthread> producers;
  for (int i = 0; i < 3; ++i) producers.emplace_back([&] { queue.push(2); });
  let_others_sleep();
  EXPECT_EQ(queue.size(), 1U);
  queue.set_capacity(4);
  producers.clear();
  EXPECT_EQ(queue.size(), 4U);
  queue.set_capacity(2);
  EXPECT_EQ(queue.size(), 4U) << "a smaller capacity drops nothing";
  EXPECT_FALSE(queue.try_push(3));
  for (int i = 0; i < 3; ++i) (void)queue.pop();
  EXPECT_TRUE(queue.try_push(3));
  queue.set_capacity(0);
  for (int i = 0; i < 100; ++i) queue.push(i);
}

TYPED_TEST(TaskQueue, DeliversEverythingExactlyOnce) {
  constexpr int workers = 3;
  constexpr int each = 4'000;
  for (const std::size_t capacity : {0, 1, 2, 16}) {
    TypeParam queue(capacity);
    std::vector<std::atomic<int>> seen(workers * each);
    std::vector<std::jthread> consumers;
    for (int c = 0; c < workers; ++c) {
      consumers.emplace_back([&, c] {
        try {
          for (;;) {
            const auto item = queue.try_pop_for(std::chrono::microseconds(50 * c));
            if (!item) continue;
            ++seen[static_cast<std::size_t>(*item)];
            queue.task_done();
          }
        } catch (const QueueShutDown&) {  // the end
        }
      });
    }
    std::vector<std::jthread> producers;
    for (int p = 0; p < workers; ++p) {
      producers.emplace_back([&, p] {
        for (int i = 0; i < each; ++i) queue.push(p * each + i);
      });
    }
    producers.clear();
    queue.join();
    EXPECT_EQ(queue.unfinished_tasks(), 0U);
    queue.shutdown();
    consumers.clear();
    for (const auto& times : seen) ASSERT_EQ(times, 1);
  }
}

TEST(Queue, IsFirstInFirstOut) {
  Queue<std::string> queue;
  for (const char* item : {"a", "b", "c"}) queue.push(item);
  for (const char* item : {"a", "b", "c"}) EXPECT_EQ(queue.pop(), item);
}

TEST(LifoQueue, IsLastInFirstOut) {
  LifoQueue<std::unique_ptr<int>> queue;
  for (int i = 0; i < 3; ++i) queue.push(std::make_unique<int>(i));
  for (int i = 2; i >= 0; --i) EXPECT_EQ(*queue.pop(), i);
}

TEST(PriorityQueue, SmallestComesFirst) {
  PriorityQueue<unsigned> queue;
  std::vector<unsigned> items;
  for (unsigned i = 0; i < 1000; ++i) items.push_back(i * 7919 % 257);
  for (const unsigned item : items) queue.push(item);
  std::sort(items.begin(), items.end());
  for (const unsigned item : items) ASSERT_EQ(queue.pop(), item);
}

TEST(PriorityQueue, TakesAnyComparison) {
  auto by_distance_from_ten = [](int a, int b) { return std::abs(a - 10) < std::abs(b - 10); };
  PriorityQueue<int, decltype(by_distance_from_ten)> queue(0, by_distance_from_ten);
  for (const int item : {1, 30, 11, 5}) queue.push(item);
  EXPECT_EQ(queue.pop(), 11);
  EXPECT_EQ(queue.pop(), 5);
}

TEST(Queue, LeavesAnItemAloneThatItDoesNotTake) {
  Queue<std::unique_ptr<int>> queue(1);
  queue.push(std::make_unique<int>(1));
  auto item = std::make_unique<int>(2);
  EXPECT_FALSE(queue.try_push(std::move(item)));
  EXPECT_FALSE(queue.try_push_for(std::move(item), 1ms));
  queue.shutdown();
  EXPECT_THROW(queue.push(std::move(item)), QueueShutDown);
  ASSERT_NE(item, nullptr);
}

TEST(Queue, KeepsTheOrderOfEachProducer) {
  const ItemPlan plan{.producers = 3, .per_producer = 4'000};
  for (const std::size_t capacity : {0, 1, 3, 1024}) {
    Queue<std::uint64_t> queue(capacity);
    std::vector<std::uint64_t> memory(ConsumerLog::words_needed(plan) * 3);
    std::vector<ConsumerLog> logs;
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t words = ConsumerLog::words_needed(plan);
      logs.emplace_back(plan, std::span(memory).subspan(c * words, words));
    }
    std::vector<std::jthread> team;
    for (ConsumerLog& log : logs) {
      team.emplace_back([&] {
        for (std::uint64_t i = 0; i < plan.per_producer; ++i) log.saw(queue.pop());
      });
    }
    for (std::uint64_t p = 0; p < plan.producers; ++p) {
      team.emplace_back([&, p] {
        for (std::uint64_t i = 0; i < plan.per_producer; ++i) queue.push(plan.item(p, i));
      });
    }
    team.clear();
    EXPECT_EQ(find_fault(logs), std::nullopt);
  }
}

}  // namespace
}  // namespace contend::testing
