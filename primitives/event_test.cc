#include "primitives/event.h"

#include "primitives/internal/shared_memory.h"
#include "primitives/testing/event_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Event, EventSuite, Event);
INSTANTIATE_TYPED_TEST_SUITE_P(SharedEvent, EventSuite, SharedEvent);

TEST(Event, IsOneWord) { static_assert(sizeof(Event) == 4); }

TEST(SharedEvent, LetsThroughBetweenProcesses) {
  internal::SharedArray<SharedEvent> events(2);
  const pid_t child = start_process([&events] {
    events[0].wait();
    events[1].set();
    return 0;
  });
  EXPECT_FALSE(events[1].wait_for(std::chrono::milliseconds(10)));
  events[0].set();
  EXPECT_TRUE(events[1].wait());
  EXPECT_EQ(reap(child), 0);
}

}  // namespace contend::testing
