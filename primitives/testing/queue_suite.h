#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/testing/linearizability.h"
#include "primitives/testing/queue_transfer.h"
#include "primitives/testing/tracked.h"

// What every bounded queue must do, whatever it is made of. A subject is
//   struct {
//     template <class T> using Queue = ...;
//     static constexpr std::size_t most_workers = ...;  // producers, and consumers, that may use it
//     static constexpr Failure failure = ...;           // what a failed try means
//   };
namespace contend::testing {

/// Powers of two and not, and the degenerate ones.
inline constexpr std::array<std::size_t, 5> capacities = {1, 2, 3, 16, 1024};

template <class Subject>
class QueueSuite : public ::testing::Test {
 public:
  template <class T>
  using Queue = typename Subject::template Queue<T>;

  static_assert(FifoQueue<Queue<int>>);

  /// Every allowed number of workers on every capacity, more of them than CPUs.
  template <class Way>
  static void transfer_between_all() {
    for (const std::size_t producers : {1, 2, 4}) {
      for (const std::size_t consumers : {1, 2, 4}) {
        if (std::max(producers, consumers) > Subject::most_workers) continue;
        for (const std::size_t capacity : capacities) {
          Queue<std::uint64_t> queue(capacity);
          const auto fault =
              find_fault_of_transfer<Way>(queue, ItemPlan{producers, 2000 / producers}, consumers);
          EXPECT_EQ(fault, std::nullopt)
              << producers << " producers, " << consumers << " consumers, capacity " << capacity;
        }
      }
    }
  }
};

TYPED_TEST_SUITE_P(QueueSuite);

TYPED_TEST_P(QueueSuite, CapacityIsExact) {
  for (const std::size_t capacity : capacities) {
    typename TestFixture::template Queue<std::size_t> queue(capacity);
    EXPECT_EQ(queue.capacity(), capacity);
    for (std::size_t lap = 0; lap < 3; ++lap) {
      std::size_t pushed = 0;
      while (queue.try_push(pushed)) ++pushed;
      EXPECT_EQ(pushed, capacity);
      std::size_t popped = 0;
      while (queue.try_pop()) ++popped;
      EXPECT_EQ(popped, capacity);
    }
  }
}

TYPED_TEST_P(QueueSuite, RefusesCapacitiesThatCannotBe) {
  EXPECT_THROW(typename TestFixture::template Queue<int>(0), std::invalid_argument);
}

TYPED_TEST_P(QueueSuite, FirstInFirstOutAtEveryFillLevel) {
  for (const std::size_t capacity : capacities) {
    typename TestFixture::template Queue<std::size_t> queue(capacity);
    std::size_t pushed = 0;
    std::size_t popped = 0;
    for (std::size_t level = 0; level <= std::min<std::size_t>(capacity, 20); ++level) {
      while (pushed - popped < level) ASSERT_TRUE(queue.try_push(pushed++));
      for (std::size_t i = 0; i < 3 * capacity && level > 0; ++i) {
        ASSERT_EQ(queue.try_pop(), popped++);
        ASSERT_TRUE(queue.try_push(pushed++));
      }
    }
    while (popped < pushed) ASSERT_EQ(queue.try_pop(), popped++);
    EXPECT_EQ(queue.try_pop(), std::nullopt);
  }
}

TYPED_TEST_P(QueueSuite, RefusedPushLeavesTheValueAlone) {
  typename TestFixture::template Queue<std::unique_ptr<int>> queue(1);
  EXPECT_TRUE(queue.try_push(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(queue.try_push(std::move(second)));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(**queue.try_pop(), 1);
  EXPECT_TRUE(queue.try_push(std::move(second)));
  EXPECT_EQ(second, nullptr);
  EXPECT_EQ(**queue.try_pop(), 2);
}

TYPED_TEST_P(QueueSuite, DestroysEveryItemOnce) {
  ASSERT_EQ(Tracked::living, 0);
  {
    typename TestFixture::template Queue<Tracked> queue(3);
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE(queue.try_push(Tracked(i)));
      EXPECT_EQ(Tracked::living, 1);
      EXPECT_EQ(queue.try_pop()->value(), i);
      EXPECT_EQ(Tracked::living, 0);
    }
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.try_push(Tracked(i)));
    EXPECT_FALSE(queue.try_push(Tracked(3)));
    EXPECT_EQ(Tracked::living, 3);
  }
  EXPECT_EQ(Tracked::living, 0);
}

TYPED_TEST_P(QueueSuite, BatchesTakeWhatFits) {
  typename TestFixture::template Queue<int> queue(5);
  std::vector<int> in = {0, 1, 2, 3, 4, 5, 6};
  std::vector<int> out(7, -1);
  for (int lap = 0; lap < 7; ++lap) {
    EXPECT_EQ(queue.try_push_n(std::span(in).first(0)), 0U);
    EXPECT_EQ(queue.try_push_n(std::span(in).first(3)), 3U);
    EXPECT_EQ(queue.try_push_n(std::span(in).subspan(3)), 2U);
    EXPECT_EQ(queue.try_push_n(std::span(in)), 0U);
    EXPECT_EQ(queue.try_pop_n(out.begin(), 0), 0U);
    EXPECT_EQ(queue.try_pop_n(out.begin(), 2), 2U);
    EXPECT_EQ(queue.try_pop_n(out.begin() + 2, 7), 3U);
    EXPECT_EQ(queue.try_pop_n(out.begin(), 7), 0U);
    EXPECT_EQ(out, (std::vector<int>{0, 1, 2, 3, 4, -1, -1}));
  }
}

TYPED_TEST_P(QueueSuite, BatchesMoveTheirItems) {
  typename TestFixture::template Queue<std::unique_ptr<int>> queue(2);
  std::array<std::unique_ptr<int>, 3> in;
  for (int i = 0; i < 3; ++i) in[static_cast<std::size_t>(i)] = std::make_unique<int>(i);
  EXPECT_EQ(queue.try_push_n(std::span<std::unique_ptr<int>>(in)), 2U);
  EXPECT_EQ(in[1], nullptr);
  ASSERT_NE(in[2], nullptr);
  // Somewhere to put an item that has no empty state of its own.
  std::array<std::optional<std::unique_ptr<int>>, 3> out;
  EXPECT_EQ(queue.try_pop_n(out.begin(), out.size()), 2U);
  EXPECT_EQ(**out[1], 1);
  EXPECT_FALSE(out[2].has_value());
}

TYPED_TEST_P(QueueSuite, TransfersByTrying) { TestFixture::template transfer_between_all<ByTrying>(); }
TYPED_TEST_P(QueueSuite, TransfersByWaiting) { TestFixture::template transfer_between_all<ByWaiting>(); }
TYPED_TEST_P(QueueSuite, TransfersInBatches) { TestFixture::template transfer_between_all<InBatches>(); }

TYPED_TEST_P(QueueSuite, ShortHistoriesAreLinearizable) {
  using Q = typename TestFixture::template Queue<int>;
  constexpr std::size_t workers = std::min<std::size_t>(TypeParam::most_workers, 2);
  for (int round = 0; round < 200; ++round) {
    Q queue(2);
    std::atomic<std::uint64_t> clock = 0;
    std::vector<CallRecorder<Q>> recorders(2 * workers, {queue, clock});
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < recorders.size(); ++i) {
        threads.emplace_back([&recorder = recorders[i], i] {
          for (int j = 0; j < 4; ++j)
            i % 2 == 0 ? recorder.push(static_cast<int>(10 * i) + j) : recorder.pop();
        });
      }
    }
    ASSERT_TRUE(
        QueueHistoryChecker(all_calls(recorders), queue.capacity(), TypeParam::failure).is_linearizable());
  }
}

REGISTER_TYPED_TEST_SUITE_P(QueueSuite, CapacityIsExact, RefusesCapacitiesThatCannotBe,
                            FirstInFirstOutAtEveryFillLevel, RefusedPushLeavesTheValueAlone,
                            DestroysEveryItemOnce, BatchesTakeWhatFits, BatchesMoveTheirItems,
                            TransfersByTrying, TransfersByWaiting, TransfersInBatches,
                            ShortHistoriesAreLinearizable);

}  // namespace contend::testing
