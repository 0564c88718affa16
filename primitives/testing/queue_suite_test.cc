// The checks that queues are put to, put to queues and histories that are wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "primitives/testing/faulty_queues.h"
#include "primitives/testing/linearizability.h"
#include "primitives/testing/order_checker.h"
#include "primitives/testing/queue_transfer.h"

namespace contend::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

template <class Queue>
std::optional<std::string> fault_of() {
  Queue queue(16);
  return find_fault_of_transfer<ByTrying>(queue, ItemPlan{.producers = 1, .per_producer = 1050}, 1);
}

TEST(QueueTransfer, FindsNothingInACorrectRing) {
  EXPECT_EQ(fault_of<MpmcRing<std::uint64_t>>(), std::nullopt);
}

TEST(QueueTransfer, FindsWhatIsLost) {
  EXPECT_THAT(fault_of<LosingRing>(), Optional(HasSubstr("lost item")));
}

TEST(QueueTransfer, FindsWhatIsRepeated) {
  EXPECT_THAT(fault_of<RepeatingRing>(), Optional(HasSubstr("twice to one consumer")));
}

TEST(QueueTransfer, FindsWhatIsReordered) {
  EXPECT_THAT(fault_of<ReorderingRing>(), Optional(HasSubstr("after a later one of the same producer")));
}

/// What each of two consumers saw of 2 x 3 items, numbered 0 to 5.
std::optional<std::string> fault_of(const std::vector<std::uint64_t>& first,
                                    const std::vector<std::uint64_t>& second) {
  const ItemPlan six_items{.producers = 2, .per_producer = 3};
  const std::size_t words = ConsumerLog::words_needed(six_items);
  std::vector<std::uint64_t> memory(2 * words);
  std::vector<ConsumerLog> logs = {{six_items, std::span(memory).first(words)},
                                   {six_items, std::span(memory).last(words)}};
  for (const std::uint64_t item : first) logs[0].saw(item);
  for (const std::uint64_t item : second) logs[1].saw(item);
  return find_fault(logs);
}

TEST(OrderChecker, JudgesEachConsumersView) {
  EXPECT_EQ(fault_of({0, 1, 2, 3, 4, 5}, {}), std::nullopt);
  EXPECT_EQ(fault_of({3, 0, 5}, {1, 4, 2}), std::nullopt);
  EXPECT_EQ(fault_of({0, 1, 2, 3, 4}, {}), "lost item 2 of producer 1");
  EXPECT_EQ(fault_of({0, 1, 2, 3, 4}, {5, 0}), "delivered item 0 of producer 0 to 2 consumers");
  EXPECT_EQ(fault_of({0, 0, 2, 3, 4}, {5}), "delivered item 0 of producer 0 twice to one consumer");
  EXPECT_EQ(fault_of({0, 2, 1}, {3, 4, 5}),
            "delivered item 1 of producer 0 after a later one of the same producer");
  EXPECT_EQ(fault_of({0, 1, 2, 6}, {3, 4, 5}), "delivered something that was never pushed: 6");
}

constexpr auto push = QueueCall::Kind::push;
constexpr auto pop = QueueCall::Kind::pop;
constexpr std::optional<int> failed = std::nullopt;

bool is_linearizable(const std::vector<QueueCall>& calls, Failure failure = Failure::exact) {
  return QueueHistoryChecker(calls, 2, failure).is_linearizable();
}

TEST(Linearizability, AcceptsWhatSomeOrderExplains) {
  EXPECT_TRUE(is_linearizable({{push, 1, 1, 2}, {push, 2, 3, 4}, {pop, 1, 5, 6}, {pop, 2, 7, 8}}));
  EXPECT_TRUE(is_linearizable({{push, 1, 1, 4}, {push, 2, 2, 3}, {pop, 2, 5, 6}, {pop, 1, 7, 8}}))
      << "the pushes overlap";
  EXPECT_TRUE(is_linearizable({{push, 1, 1, 3}, {pop, failed, 2, 4}, {pop, 1, 5, 6}}));
  EXPECT_TRUE(is_linearizable({{push, 1, 1, 2}, {push, 2, 3, 4}, {push, failed, 5, 8}, {pop, 1, 6, 7}}));
}

TEST(Linearizability, RefusesWhatNoOrderExplains) {
  EXPECT_FALSE(is_linearizable({{push, 1, 1, 2}, {push, 2, 3, 4}, {pop, 2, 5, 6}, {pop, 1, 7, 8}}))
      << "reordered";
  EXPECT_FALSE(is_linearizable({{push, 1, 1, 2}, {pop, 1, 3, 5}, {pop, 1, 4, 6}})) << "repeated";
  EXPECT_FALSE(is_linearizable({{push, 1, 1, 2}, {pop, failed, 3, 4}})) << "lost";
  EXPECT_FALSE(is_linearizable({{push, failed, 1, 2}})) << "refused though empty";
  EXPECT_FALSE(is_linearizable({{push, 1, 1, 2}, {push, 2, 3, 4}, {push, 3, 5, 6}})) << "beyond the capacity";
  EXPECT_FALSE(is_linearizable({{pop, 1, 1, 2}, {push, 1, 3, 4}})) << "popped before it was pushed";
}

TEST(Linearizability, DoubtNeedsACallInProgress) {
  const std::vector<QueueCall> doubtful = {{push, 1, 1, 6}, {push, 2, 2, 3}, {pop, failed, 4, 5}};
  EXPECT_FALSE(is_linearizable(doubtful, Failure::exact));
  EXPECT_TRUE(is_linearizable(doubtful, Failure::may_be_in_doubt));
  EXPECT_FALSE(is_linearizable({{push, 1, 1, 2}, {pop, failed, 3, 4}}, Failure::may_be_in_doubt));
}

}  // namespace
}  // namespace contend::testing
