#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "primitives/clh_lock.h"
#include "primitives/mcs_lock.h"
#include "primitives/reciprocating_lock.h"
#include "primitives/testing/schedule_scenarios.h"

// The locks that keep a seat per acquisition: plain, through handles, and both at once.
namespace contend::testing {
namespace {

template <class L>
class QueueLockSchedules : public ::testing::Test {};

using QueueLocks = ::testing::Types<BasicMcsLock<SimPlatform>, BasicClhLock<SimPlatform>,
                                    BasicReciprocatingLock<SimPlatform>>;
TYPED_TEST_SUITE(QueueLockSchedules, QueueLocks);

template <class L>
struct Visited {
  L lock;
  OneAtATime section;

  template <class Form>
  void visit_through(Form& form) {
    form.lock();
    section.visit();
    form.unlock();
  }
};

/// Four visitors, so that a segment or a queue of three forms behind a holder; two of them have handles.
template <class L>
Scenario mixed_forms() {
  auto shared = std::make_shared<Visited<L>>();
  auto plain = [shared] {
    for (int i = 0; i < 2; ++i) shared->visit_through(shared->lock);
  };
  auto with_handle = [shared] {
    typename L::Handle handle(shared->lock);
    for (int i = 0; i < 2; ++i) shared->visit_through(handle);
  };
  auto check = [shared] { require(shared->section.visits() == 8, "a visit was lost"); };
  return {.threads = {plain, with_handle, plain, with_handle}, .check = check};
}

/// A visitor that does not wait, between two that do.
template <class L>
Scenario attempts_among_waiters() {
  auto shared = std::make_shared<Visited<L>>();
  auto patient = [shared] {
    for (int i = 0; i < 2; ++i) shared->visit_through(shared->lock);
  };
  auto impatient = [shared] {
    for (int i = 0; i < 4; ++i) {
      if (!shared->lock.try_lock()) continue;
      shared->section.visit();
      shared->lock.unlock();
    }
  };
  auto check = [shared] {
    require(shared->lock.try_lock(), "the lock was left locked");
    shared->lock.unlock();
  };
  return {.threads = {patient, impatient, patient, impatient}, .check = check};
}

TYPED_TEST(QueueLockSchedules, LetOneInAtATime) { expect_held(exclusion<TypeParam>); }

TYPED_TEST(QueueLockSchedules, LetOneInAtATimeThroughHandlesToo) { expect_held(mixed_forms<TypeParam>); }

TYPED_TEST(QueueLockSchedules, MayBeDestroyedByTheLastHolder) {
  expect_held(destroyed_by_the_last_holder<TypeParam>);
}

TYPED_TEST(QueueLockSchedules, AttemptsLeaveNothingBehind) { expect_held(attempts_among_waiters<TypeParam>); }

/// Gives up after so many looks, each of which is a step of the schedule.
struct Patience {
  int looks;
  bool operator()() { return --looks < 0; }
};

/// Waiters leave the front, the middle and the end of the queue, while others wait on.
Scenario waiters_that_leave_the_queue() {
  struct Shared {
    internal::ClhQueue<SimPlatform> queue;
    OneAtATime section;
  };
  using Seat = internal::ClhQueue<SimPlatform>::Seat;
  auto shared = std::make_shared<Shared>();
  auto visitor = [shared](int patience) {
    return [shared, patience] {
      Seat seat;
      for (int i = 0; i < 3; ++i) {
        if (!shared->queue.enter_until(seat, Patience{patience * i})) continue;
        shared->section.visit();
        shared->queue.leave(seat);
      }
    };
  };
  auto patient = [shared] {
    Seat seat;
    shared->queue.enter(seat);
    shared->section.visit();
    shared->queue.leave(seat);
  };
  auto check = [shared] {
    Seat seat;
    require(shared->queue.try_enter(seat), "the queue was left occupied");
    shared->queue.leave(seat);
  };
  return {.threads = {visitor(0), visitor(1), patient, visitor(3)}, .check = check};
}

TEST(ClhSchedule, WaitersMayLeaveTheQueueAnywhere) { expect_held(waiters_that_leave_the_queue); }

}  // namespace
}  // namespace contend::testing
