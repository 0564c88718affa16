#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "primitives/queue.h"
#include "primitives/testing/schedule_scenarios.h"
#include "primitives/testing/tries_scenario.h"

// The waiting protocol of Queue under the deterministic scheduler, and, with faults planted below it, the
// scheduler's eye for them.
namespace contend::testing {
namespace {

template <class P = SimPlatform>
struct Shared {
  explicit Shared(std::size_t capacity) : queue(capacity) {}
  Queue<int, P> queue;
  int sum = 0;  // changed by one thread of the schedule at a time
};

/// Two producers and two consumers through a single place.
template <class P>
Scenario hand_over() {
  auto shared = std::make_shared<Shared<P>>(1);
  auto produce = [shared] {
    for (int i = 0; i < 2; ++i) shared->queue.push(1);
  };
  auto consume = [shared] {
    for (int i = 0; i < 2; ++i) {
      shared->sum += shared->queue.pop();
      shared->queue.task_done();
    }
  };
  auto join = [shared] { shared->queue.join(); };
  auto check = [shared] {
    require(shared->sum == 4, "an item was lost");
    require(shared->queue.empty() && shared->queue.unfinished_tasks() == 0, "something was left");
  };
  return {.threads = {produce, produce, consume, consume, join}, .check = check};
}

/// Consumers that may give up at any moment, and one that does not; an item for each.
Scenario time_outs_racing_pushes() {
  auto shared = std::make_shared<Shared<>>(0);
  auto impatient = [shared] { shared->sum += shared->queue.try_pop_for(std::chrono::hours(1)).value_or(0); };
  auto patient = [shared] { shared->sum += shared->queue.pop(); };
  auto produce = [shared] {
    for (int i = 0; i < 3; ++i) shared->queue.push(1);
  };
  auto check = [shared] {
    while (const auto item = shared->queue.try_pop()) shared->sum += *item;
    require(shared->sum == 3, "an item was lost");
  };
  return {.threads = {impatient, patient, produce, impatient}, .check = check};
}

/// Everybody leaves, whatever they were about to do; a pushed item is popped, dropped, or still there.
Scenario shutdown_racing_everything() {
  auto shared = std::make_shared<Shared<>>(1);
  auto ignore_shutdown = [](auto act) {
    return [act] {
      try {
        act();
      } catch (const QueueShutDown&) {
        return;
      }
    };
  };
  auto produce = ignore_shutdown([shared] {
    for (int i = 0; i < 3; ++i) shared->queue.push(1);
  });
  auto consume = ignore_shutdown([shared] {
    for (;;) {
      (void)shared->queue.pop();
      shared->queue.task_done();
    }
  });
  auto shut_down = [shared] {
    shared->queue.shutdown(ShutdownMode::immediate);
    shared->queue.join();
  };
  auto check = [shared] { require(shared->queue.unfinished_tasks() == 0, "work was left"); };
  return {.threads = {produce, consume, consume, shut_down}, .check = check};
}

/// The consumer destroys the queue as soon as it has its item; the producer must be through with it.
Scenario destroyed_after_the_last_pop() {
  using Q = Queue<int, SimPlatform>;
  auto queue = std::make_shared<std::unique_ptr<Q>>(std::make_unique<Q>());
  auto consume = [queue] {
    (void)(*queue)->pop();
    queue->reset();
  };
  auto produce = [queue] { (*queue)->push(1); };
  return {.threads = {consume, produce}};
}

/// More room, given while producers wait for it.
Scenario capacity_racing_pushes() {
  auto shared = std::make_shared<Shared<>>(1);
  auto produce = [shared] { shared->queue.push(1); };
  auto widen = [shared] { shared->queue.set_capacity(3); };
  return {.threads = {produce, produce, produce, widen}};
}

TEST(QueueSchedule, HandsOverEverything) { expect_held(hand_over<SimPlatform>); }

TEST(QueueSchedule, TimeOutsLoseNoWakeUp) { expect_held(time_outs_racing_pushes); }

TEST(QueueSchedule, ShutdownLetsEverybodyGo) { expect_held(shutdown_racing_everything); }

TEST(QueueSchedule, MayBeDestroyedAfterTheLastPop) { expect_held(destroyed_after_the_last_pop); }

TEST(QueueSchedule, MoreCapacityLetsProducersIn) { expect_held(capacity_racing_pushes); }

TEST(QueueSchedule, IsLinearizable) {
  expect_held(tries<Queue<int, SimPlatform>, 2, Failure::exact, Next::oldest>);
  // Large enough to wait for several items, or room for several, where there is one.
  expect_held(tries<Queue<int, SimPlatform>, 2, Failure::exact, Next::oldest, 5>);
  expect_held(tries<LifoQueue<int, SimPlatform>, 2, Failure::exact, Next::newest>);
  expect_held(tries<PriorityQueue<int, std::less<int>, SimPlatform>, 2, Failure::exact, Next::smallest>);
}

TEST(QueueSchedule, TheWrongOrderIsFound) {
  expect_found(tries<Queue<int, SimPlatform>, 1, Failure::exact, Next::newest>);
  expect_found(tries<Queue<int, SimPlatform>, 1, Failure::exact, Next::smallest>);
  expect_found(tries<LifoQueue<int, SimPlatform>, 1, Failure::exact, Next::oldest>);
}

/// Joins, and destroys the queue at once: whoever reports the last task must be through with it.
Scenario destroyed_after_a_join() {
  using Q = Queue<int, SimPlatform>;
  auto queue = std::make_shared<std::unique_ptr<Q>>(std::make_unique<Q>());
  for (int i = 0; i < 2; ++i) (*queue)->push(i);
  auto work = [queue] { (*queue)->task_done(); };
  auto join = [queue] {
    (*queue)->join();
    queue->reset();
  };
  return {.threads = {work, work, join}};
}

TEST(QueueSchedule, MayBeDestroyedAfterAJoin) { expect_held(destroyed_after_a_join); }

/// Forgets every wake-up.
struct NoWakes : SimPlatform {
  static void wake(const Word&, int) noexcept {}
};

TEST(QueueSchedule, LostWakeUpsAreFound) { expect_found(hand_over<NoWakes>); }

}  // namespace
}  // namespace contend::testing
