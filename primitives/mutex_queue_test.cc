#include "primitives/mutex_queue.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "primitives/testing/blocking_queue_suite.h"
#include "primitives/testing/queue_suite.h"

namespace contend::testing {
namespace {

struct Mutexed {
  template <class T>
  using Queue = MutexQueue<T>;
  static constexpr std::size_t most_workers = 4;
  static constexpr Failure failure = Failure::exact;
};

INSTANTIATE_TYPED_TEST_SUITE_P(MutexQueue, QueueSuite, Mutexed);
INSTANTIATE_TYPED_TEST_SUITE_P(MutexQueue, BlockingQueueSuite, Mutexed);

}  // namespace
}  // namespace contend::testing
