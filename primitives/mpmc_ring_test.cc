#include "primitives/mpmc_ring.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>

#include "primitives/testing/blocking_queue_suite.h"
#include "primitives/testing/queue_suite.h"

namespace contend::testing {
namespace {

struct Mpmc {
  template <class T>
  using Queue = MpmcRing<T>;
  static constexpr std::size_t most_workers = 4;
  static constexpr Failure failure = Failure::may_be_in_doubt;
};

/// The indices wrap after the first lap.
struct MpmcNearWrap {
  template <class T>
  struct Queue : MpmcRing<T> {
    explicit Queue(std::size_t capacity)
        : MpmcRing<T>(capacity, internal::FirstIndex{std::numeric_limits<std::uint64_t>::max()}) {}
  };
  static constexpr std::size_t most_workers = 4;
  static constexpr Failure failure = Failure::may_be_in_doubt;
};

INSTANTIATE_TYPED_TEST_SUITE_P(MpmcRing, QueueSuite, Mpmc);
INSTANTIATE_TYPED_TEST_SUITE_P(MpmcRingNearWrap, QueueSuite, MpmcNearWrap);
INSTANTIATE_TYPED_TEST_SUITE_P(MpmcRing, BlockingQueueSuite, Mpmc);

TEST(MpmcRing, KeepsTheTwoSidesOnLinesOfTheirOwn) {
  EXPECT_EQ(sizeof(MpmcRing<int>), 4 * internal::cache_line_size);
  EXPECT_EQ(alignof(MpmcRing<int>), internal::cache_line_size);
}

TEST(MpmcRing, RefusesCapacitiesThatCannotBeAddressed) {
  constexpr std::size_t too_many = std::numeric_limits<std::size_t>::max() / sizeof(int);
  EXPECT_THROW(MpmcRing<int> ring(too_many), std::invalid_argument);
}

}  // namespace
}  // namespace contend::testing
