#include <gtest/gtest.h>

#include <memory>

#include "primitives/gil.h"
#include "primitives/testing/schedule_scenarios.h"

namespace contend::testing {
namespace {

// Under the scheduler an interval may pass at any moment.
constexpr GilRules unforced{.forced = false};

template <GilRules rules>
class SimGil {
 public:
  void take() { gil_.take(); }
  void drop() { gil_.drop(); }
  void poll() { gil_.poll(); }
  bool is_requested() const { return gil_.is_requested(); }

 private:
  BasicGil<SimPlatform> gil_{rules};
};

/// Looks whether it is held, and takes it later.
class GilThatLooksThenTakes {
 public:
  void take() {
    while (held_.load() != 0) SimPlatform::wait(held_, 1);
    held_.exchange(1);
  }
  void poll() {}
  void drop() {
    held_.exchange(0);
    SimPlatform::wake(held_, 1);
  }

 private:
  SimPlatform::Word held_{0};
};

/// Waits for the switch outside the lock under which it is made, and without looking whether it was.
class GilThatWaitsForASwitchThatWas {
 public:
  void take() {
    lock_.lock();
    waiting_.fetch_add(1);
    freed_.wait([this] { return !held_; });
    waiting_.fetch_sub(1);
    held_ = true;
    switches_.fetch_add(1);
    SimPlatform::wake(switches_, 1);
    lock_.unlock();
  }
  void poll() {
    if (waiting_.load() == 0) return;
    drop();
    SimPlatform::wait(switches_, switches_.load());
    take();
  }
  void drop() {
    lock_.lock();
    held_ = false;
    freed_.notify();
    lock_.unlock();
  }

 private:
  BasicLock<SimPlatform> lock_;
  Condition<BasicLock<SimPlatform>, SimPlatform> freed_{lock_};
  SimPlatform::Word waiting_{0};
  SimPlatform::Word switches_{0};
  bool held_ = false;
};

/// Three threads that compute, give way and wait.
template <class G>
Scenario computing_and_waiting() {
  struct Shared {
    G gil;
    OneAtATime interpreter;
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared] {
    for (int i = 0; i < 2; ++i) {
      shared->gil.take();
      shared->interpreter.visit();
      shared->gil.poll();
      shared->interpreter.visit();
      shared->gil.drop();
    }
  };
  auto check = [shared] { require(shared->interpreter.visits() == 12, "a visit was lost"); };
  return {.threads = {work, work, work}, .check = check};
}

/// A holder that was asked and polls comes back only after somebody else was in.
template <class G>
Scenario who_gives_way_is_not_next() {
  struct Shared {
    G gil;
    int last = -1;
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared](int me) {
    shared->gil.take();
    for (int i = 0; i < 3; ++i) {
      shared->last = me;
      SimPlatform::yield();
      const bool gives_way = shared->gil.is_requested();
      shared->gil.poll();
      require(!gives_way || shared->last != me, "took it back at once");
    }
    shared->last = me;
    shared->gil.drop();
  };
  return {.threads = {[work] { work(0); }, [work] { work(1); }, [work] { work(2); }}};
}

TEST(GilSchedule, OneComputesAtATime) {
  expect_held(computing_and_waiting<SimGil<python3_gil>>);
  expect_held(computing_and_waiting<SimGil<python2_gil>>);
  expect_held(computing_and_waiting<SimGil<unforced>>);
}
TEST(GilSchedule, WhoGivesWayIsNotNext) { expect_held(who_gives_way_is_not_next<SimGil<python3_gil>>); }

// The scenarios are themselves checked.
TEST(GilScheduleFaults, AGilThatLooksThenTakesIsFound) {
  expect_found(computing_and_waiting<GilThatLooksThenTakes>);
}
TEST(GilScheduleFaults, AGilThatWaitsForASwitchThatWasIsFound) {
  expect_found(computing_and_waiting<GilThatWaitsForASwitchThatWas>);
}
TEST(GilScheduleFaults, AnUnforcedGilIsTakenBackAtOnce) {
  expect_found(who_gives_way_is_not_next<SimGil<unforced>>);
}

}  // namespace
}  // namespace contend::testing
