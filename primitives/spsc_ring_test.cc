#include "primitives/spsc_ring.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>

#include "primitives/testing/blocking_queue_suite.h"
#include "primitives/testing/queue_suite.h"

namespace contend::testing {
namespace {

struct Spsc {
  template <class T>
  using Queue = SpscRing<T>;
  static constexpr std::size_t most_workers = 1;
  static constexpr Failure failure = Failure::exact;
};

/// The indices wrap after the second item.
struct SpscNearWrap {
  template <class T>
  struct Queue : SpscRing<T> {
    explicit Queue(std::size_t capacity)
        : SpscRing<T>(capacity, internal::FirstIndex{std::numeric_limits<std::uint64_t>::max() - 1}) {}
  };
  static constexpr std::size_t most_workers = 1;
  static constexpr Failure failure = Failure::exact;
};

INSTANTIATE_TYPED_TEST_SUITE_P(SpscRing, QueueSuite, Spsc);
INSTANTIATE_TYPED_TEST_SUITE_P(SpscRingNearWrap, QueueSuite, SpscNearWrap);
INSTANTIATE_TYPED_TEST_SUITE_P(SpscRing, BlockingQueueSuite, Spsc);

TEST(SpscRing, KeepsTheTwoSidesOnLinesOfTheirOwn) {
  EXPECT_EQ(sizeof(SpscRing<int>), 3 * internal::cache_line_size);
  EXPECT_EQ(alignof(SpscRing<int>), internal::cache_line_size);
}

TEST(SpscRing, RefusesCapacitiesThatCannotBeAddressed) {
  constexpr std::size_t too_many = std::numeric_limits<std::size_t>::max() / sizeof(int);
  EXPECT_THROW(SpscRing<int> ring(too_many), std::invalid_argument);
}

}  // namespace
}  // namespace contend::testing
