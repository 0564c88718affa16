// Rings under the deterministic scheduler: every claim, publication, sleep and wake-up in many orders.
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "primitives/mpmc_ring.h"
#include "primitives/queue_shut_down.h"
#include "primitives/spsc_ring.h"
#include "primitives/testing/linearizability.h"
#include "primitives/testing/schedule_scenarios.h"
#include "primitives/testing/tries_scenario.h"

namespace contend::testing {
namespace {

/// The fault that the scheduler must find.
struct ForgetsToWake : SimPlatform {
  static void wake(const Word&, int) noexcept {}
};

template <class Ring>
struct Shared {
  explicit Shared(std::size_t capacity) : ring(capacity) {}

  Ring ring;
  int pushed = 0;
  int popped = 0;
};

/// Blocking hand-over of three items, in order, and the end of it.
template <class Ring, std::size_t capacity>
Scenario hand_over() {
  auto shared = std::make_shared<Shared<Ring>>(capacity);
  auto produce = [shared] {
    for (int i = 0; i < 3; ++i) require(shared->ring.push(i), "refused though open");
    shared->ring.close();
  };
  auto consume = [shared] {
    while (const auto item = shared->ring.pop()) require(*item == shared->popped++, "out of order");
    require(shared->ring.is_drained(), "the consumer was told so");
  };
  return {.threads = {produce, consume}, .check = [shared] { require(shared->popped == 3, "lost"); }};
}

/// Somebody else closes while the producer pushes, one by one or in batches.
template <class Ring, std::size_t batch>
Scenario close_in_the_middle() {
  auto shared = std::make_shared<Shared<Ring>>(2);
  auto produce = [shared] {
    for (int i = 0; i < 3; ++i) {
      std::vector<std::unique_ptr<int>> items(batch);
      for (auto& item : items) item = std::make_unique<int>(0);
      const std::size_t count = shared->ring.try_push_n(std::span(items));
      for (std::size_t j = 0; j < batch; ++j) {
        require((items[j] == nullptr) == (j < count), "what is refused stays with its owner");
      }
      shared->pushed += static_cast<int>(count);
    }
  };
  auto consume = [shared] {
    while (shared->ring.pop()) ++shared->popped;
    require(!shared->ring.try_pop(), "something came after the end");
  };
  auto check = [shared] {
    require(shared->pushed == shared->popped, "accepted and not popped, or the reverse");
  };
  return {.threads = {produce, consume, [shared] { shared->ring.close(); }}, .check = check};
}

/// Two and two, more than there is room for.
template <class Ring, std::size_t capacity>
Scenario two_and_two() {
  auto shared = std::make_shared<Shared<Ring>>(capacity);
  auto produce = [shared] {
    for (int i = 0; i < 2; ++i) require(shared->ring.push(i), "refused though open");
  };
  auto consume = [shared] {
    for (int i = 0; i < 2; ++i) require(shared->ring.pop().has_value(), "ended though open");
  };
  auto check = [shared] { require(!shared->ring.try_pop(), "repeated"); };
  return {.threads = {produce, produce, consume, consume}, .check = check};
}

/// As many items as waiters, some of which give up: those who wait for ever get theirs.
template <class Ring>
Scenario time_outs_take_no_wake_ups_with_them() {
  auto shared = std::make_shared<Shared<Ring>>(3);
  auto impatient = [shared] { (void)shared->ring.try_pop_for(std::chrono::hours(1)); };
  auto patient = [shared] { require(shared->ring.pop().has_value(), "ended though open"); };
  auto produce = [shared](int count) {
    for (int i = 0; i < count; ++i) require(shared->ring.try_push(i), "full too early");
  };
  return {.threads = {impatient, patient, patient, [=] { produce(2); }, [=] { produce(1); }}};
}

/// The same for those who wait for room.
template <class Ring>
Scenario time_outs_take_no_room_with_them() {
  auto shared = std::make_shared<Shared<Ring>>(3);
  for (int i = 0; i < 3; ++i) (void)shared->ring.try_push(i);
  auto impatient = [shared] { (void)shared->ring.try_push_for(3, std::chrono::hours(1)); };
  auto patient = [shared] { require(shared->ring.push(3), "refused though open"); };
  auto consume = [shared](int count) {
    for (int i = 0; i < count; ++i) require(shared->ring.try_pop().has_value(), "empty too early");
  };
  return {.threads = {impatient, patient, patient, [=] { consume(2); }, [=] { consume(1); }}};
}

/// An immediate close at any moment: everybody leaves, and nothing is popped by a call that came later.
template <class Ring, std::size_t producers>
Scenario immediate_close() {
  auto shared = std::make_shared<Shared<Ring>>(1);
  auto is_over = std::make_shared<bool>(false);
  auto produce = [shared] {
    while (shared->ring.push(0)) ++shared->pushed;
  };
  auto consume = [shared, is_over] {
    for (bool was_over = *is_over; shared->ring.pop(); was_over = *is_over) {
      require(!was_over, "popped after the end");
      ++shared->popped;
    }
    require(shared->ring.is_drained(), "the consumer was told so");
  };
  auto close = [shared, is_over] {
    SimPlatform::yield();
    shared->ring.close(ShutdownMode::immediate);
    *is_over = true;
  };
  Scenario scenario{.threads = {consume, close}};
  scenario.threads.resize(2 + producers, produce);
  scenario.check = [shared] {
    require(!shared->ring.try_pop(), "popped after the end");
    require(shared->pushed >= shared->popped && shared->pushed <= shared->popped + 1,
            "more than there is room for");
  };
  return scenario;
}

/// All who wait for an item learn of the end, also those who were not woken for the last one.
template <class Ring>
Scenario close_reaches_consumers() {
  auto shared = std::make_shared<Shared<Ring>>(2);
  auto consume = [shared] {
    while (shared->ring.pop()) ++shared->popped;
  };
  auto produce = [shared] {
    if (shared->ring.try_push(0)) ++shared->pushed;
  };
  auto check = [shared] { require(shared->pushed == shared->popped, "accepted and not popped"); };
  return {.threads = {consume, consume, produce, [shared] { shared->ring.close(); }}, .check = check};
}

/// So do all who wait for room, though none is made.
template <class Ring, std::size_t producers>
Scenario close_reaches_producers() {
  auto shared = std::make_shared<Shared<Ring>>(1);
  auto produce = [shared] {
    while (shared->ring.push(0)) ++shared->pushed;
  };
  Scenario scenario{.threads = {[shared] { shared->ring.close(); }}};
  scenario.threads.resize(1 + producers, produce);
  scenario.check = [shared] {
    while (shared->ring.try_pop()) ++shared->popped;
    require(shared->pushed == shared->popped, "accepted and not popped");
  };
  return scenario;
}

using Spsc = SpscRing<int, SimPlatform>;
using Mpmc = MpmcRing<int, SimPlatform>;
using SpscOfPointers = SpscRing<std::unique_ptr<int>, SimPlatform>;
using MpmcOfPointers = MpmcRing<std::unique_ptr<int>, SimPlatform>;

struct Case {
  const char* name;
  std::function<Scenario()> make;
};

class RingSchedules : public ::testing::TestWithParam<Case> {};

TEST_P(RingSchedules, Hold) { expect_held(GetParam().make); }

const Case cases[] = {
    {"SpscHandOver1", hand_over<Spsc, 1>},
    {"SpscHandOver2", hand_over<Spsc, 2>},
    {"SpscClose1", close_in_the_middle<SpscOfPointers, 1>},
    {"SpscClose2", close_in_the_middle<SpscOfPointers, 2>},
    {"MpmcHandOver1", hand_over<Mpmc, 1>},
    {"MpmcHandOver3", hand_over<Mpmc, 3>},
    {"MpmcClose1", close_in_the_middle<MpmcOfPointers, 1>},
    {"MpmcClose2", close_in_the_middle<MpmcOfPointers, 2>},
    {"MpmcTwoAndTwo1", two_and_two<Mpmc, 1>},
    {"MpmcTwoAndTwo2", two_and_two<Mpmc, 2>},
    {"MpmcTimeOutsForItems", time_outs_take_no_wake_ups_with_them<Mpmc>},
    {"MpmcTimeOutsForRoom", time_outs_take_no_room_with_them<Mpmc>},
    {"MpmcCloseReachesConsumers", close_reaches_consumers<Mpmc>},
    {"MpmcCloseReachesProducers", close_reaches_producers<Mpmc, 2>},
    {"SpscCloseReachesTheProducer", close_reaches_producers<Spsc, 1>},
    {"SpscImmediateClose", immediate_close<Spsc, 1>},
    {"MpmcImmediateClose", immediate_close<Mpmc, 2>},
    {"SpscTries", tries<Spsc, 1, Failure::exact>},
    {"MpmcTries", tries<Mpmc, 2, Failure::may_be_in_doubt>},
};

INSTANTIATE_TEST_SUITE_P(All, RingSchedules, ::testing::ValuesIn(cases),
                         [](const auto& instance) { return instance.param.name; });

TEST(RingSchedulesThemselves, FindAWakeUpThatIsForgotten) {
  expect_found(hand_over<SpscRing<int, ForgetsToWake>, 1>);
  expect_found(hand_over<MpmcRing<int, ForgetsToWake>, 1>);
}

}  // namespace
}  // namespace contend::testing
