#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>

#include "primitives/event.h"
#include "primitives/testing/schedule_scenarios.h"

namespace contend::testing {
namespace {

using SimEvent = BasicEvent<SimPlatform>;

/// A plain flag: who wakes up after clear() goes back to sleep.
class EventThatForgetsItWasSet {
 public:
  void set() {
    flag_.store(1);
    SimPlatform::wake(flag_, std::numeric_limits<int>::max());
  }
  void clear() { flag_.store(0); }
  bool wait() {
    while (flag_.load() == 0) SimPlatform::wait(flag_, 0);
    return true;
  }

 private:
  SimPlatform::Word flag_{0};
};

/// Wakes whom it saw before it set the flag.
class EventThatLosesASleeper {
 public:
  void set() {
    const bool somebody_sleeps = sleepers_.load() != 0;
    flag_.store(1);
    if (somebody_sleeps) SimPlatform::wake(flag_, std::numeric_limits<int>::max());
  }
  bool wait() {
    sleepers_.fetch_add(1);
    while (flag_.load() == 0) SimPlatform::wait(flag_, 0);
    return true;
  }

 private:
  SimPlatform::Word flag_{0};
  SimPlatform::Word sleepers_{0};
};

template <class E>
Scenario set_and_cleared_at_once() {
  auto event = std::make_shared<E>();
  auto wait = [event] { event->wait(); };
  auto set_and_clear = [event] {
    await_sleepers(2);
    event->set();
    event->clear();
  };
  return {.threads = {wait, wait, set_and_clear}};
}

template <class E>
Scenario set_while_they_come() {
  auto event = std::make_shared<E>();
  auto wait = [event] { event->wait(); };
  return {.threads = {wait, wait, wait, [event] { event->set(); }}};
}

Scenario destroyed_by_who_was_let_through() {
  auto event = std::make_shared<std::optional<SimEvent>>(std::in_place);
  auto wait = [event] {
    (*event)->wait();
    event->reset();
  };
  return {.threads = {wait, [event] { (*event)->set(); }}};
}

Scenario time_outs_racing_set() {
  struct Shared {
    SimEvent event;
    bool was_set = false;
  };
  auto shared = std::make_shared<Shared>();
  auto wait = [shared] {
    const bool before = shared->was_set;
    if (!shared->event.wait_for(long_enough)) require(!before, "timed out on an event that was set");
    require(shared->event.wait(), "let nobody through");
  };
  auto set = [shared] {
    shared->event.set();
    shared->was_set = true;
    shared->event.set();
  };
  return {.threads = {wait, wait, set}};
}

/// The consumer clears, looks for work and only then waits.
Scenario clears_before_it_looks() {
  struct Shared {
    SimEvent event;
    SimPlatform::Word made{0};
  };
  auto shared = std::make_shared<Shared>();
  auto produce = [shared] {
    shared->made.fetch_add(1);
    shared->event.set();
  };
  auto consume = [shared] {
    for (std::uint32_t taken = 0; taken < 2;) {
      shared->event.clear();
      taken = shared->made.load();
      if (taken < 2) shared->event.wait();
    }
  };
  return {.threads = {produce, produce, consume}};
}

/// Whoever is told to stop goes, whoever is not waits for the set.
Scenario stops_racing_set() {
  struct Shared {
    SimEvent event;
    std::stop_source source;
    bool stops = false;
    bool was_set = false;
  };
  auto shared = std::make_shared<Shared>();
  auto wait_or_stop = [shared] {
    const bool before = shared->was_set;
    if (!shared->event.wait(shared->source.get_token()))
      require(shared->stops && !before, "went without a reason");
  };
  auto wait = [shared] { shared->event.wait(); };
  auto stop = [shared] {
    shared->stops = true;
    shared->source.request_stop();
  };
  auto set = [shared] {
    shared->event.set();
    shared->was_set = true;
  };
  return {.threads = {wait_or_stop, wait, stop, set}};
}

TEST(EventSchedule, LetsThroughWhoWaitedEvenIfClearedAtOnce) {
  expect_held(set_and_cleared_at_once<SimEvent>);
}
TEST(EventSchedule, LosesNoWake) { expect_held(set_while_they_come<SimEvent>); }
TEST(EventSchedule, MayBeDestroyedByWhoWasLetThrough) { expect_held(destroyed_by_who_was_let_through); }
TEST(EventSchedule, TimeOutsRacingSetLoseNothing) { expect_held(time_outs_racing_set); }
TEST(EventSchedule, StopsRacingSetLoseNothing) { expect_held(stops_racing_set); }
TEST(EventSchedule, WorkIsNotMissedByWhoClearsBeforeLooking) { expect_held(clears_before_it_looks); }

// The scenarios are themselves checked.
TEST(EventScheduleFaults, AnEventThatForgetsItWasSetIsFound) {
  expect_found(set_and_cleared_at_once<EventThatForgetsItWasSet>);
}
TEST(EventScheduleFaults, AnEventThatLosesASleeperIsFound) {
  expect_found(set_while_they_come<EventThatLosesASleeper>);
}

}  // namespace
}  // namespace contend::testing
