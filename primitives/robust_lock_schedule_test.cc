#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "primitives/robust_lock.h"
#include "primitives/testing/schedule_scenarios.h"

namespace contend::testing {
namespace {

/// A thread as the kernel sees it, and the kernel at its end.
class SimRobustThread {
 public:
  using Futex = internal::RobustFutex<SimPlatform::Word>;

  static SimRobustThread& current() {
    static std::uint32_t threads = 0;
    thread_local SimRobustThread me(++threads);
    return me;
  }

  std::uint32_t id() const { return id_; }
  void intend(Futex&) {}
  void done() {}
  void add(Futex& futex) { held_ = &futex; }
  void remove(Futex&) { held_ = nullptr; }
  static internal::Deadline longest_sleep(internal::Deadline deadline) { return deadline; }

  /// What the kernel does for a thread that ends while it holds a lock; the thread must not go on with it.
  void die() {
    Futex& futex = *std::exchange(held_, nullptr);
    std::uint32_t seen = futex.word.load();
    while (!futex.word.compare_exchange_strong(seen, (seen & FUTEX_WAITERS) | FUTEX_OWNER_DIED)) {
    }
    if ((seen & FUTEX_WAITERS) != 0) SimPlatform::wake(futex.word, 1);
  }

 private:
  explicit SimRobustThread(std::uint32_t id) : id_(id) {}

  const std::uint32_t id_;
  Futex* held_ = nullptr;
};

using SimRobustLock = BasicRobustLock<SimPlatform, SimRobustThread>;

template <class L>
struct Mended {
  L lock;
  OneAtATime section;
  bool is_whole = true;
  int told = 0;

  void visit() {
    if (lock.lock().owner_died()) {
      require(!is_whole, "told of a death that was put right before");
      is_whole = true;
      ++told;
      lock.make_consistent();
    }
    require(is_whole, "not told of a death");
    section.visit();
    lock.unlock();
  }
  void die_inside() {
    if (lock.lock().owner_died()) lock.make_consistent();
    is_whole = false;
    SimRobustThread::current().die();
  }
};

template <class L>
Scenario owners_that_die() {
  auto shared = std::make_shared<Mended<L>>();
  auto visitor = [shared] {
    for (int i = 0; i < 2; ++i) shared->visit();
  };
  auto mortal = [shared] { shared->die_inside(); };
  auto check = [shared] {
    shared->visit();
    require(shared->section.visits() == 5, "a visit was lost");
  };
  return {.threads = {visitor, mortal, visitor, mortal}, .check = check};
}

/// One dies, the next does not care: all others must hear that the lock is unusable, and nobody may get in.
Scenario nobody_puts_it_right() {
  struct Shared {
    SimRobustLock lock;
    int refused = 0;
  };
  auto shared = std::make_shared<Shared>();
  shared->lock.lock();
  SimRobustThread::current().die();
  auto careless = [shared] {
    try {
      const RobustResult result = shared->lock.lock();
      require(result.owner_died(), "let in on what nobody had put right");
      shared->lock.unlock();
    } catch (const std::system_error&) {
      ++shared->refused;
    }
  };
  auto check = [shared] { require(shared->refused == 2, "not refused"); };
  return {.threads = {careless, careless, careless}, .check = check};
}

TEST(RobustLockSchedule, LetsOneInAtATime) { expect_held(exclusion<SimRobustLock>); }

TEST(RobustLockSchedule, MayBeDestroyedByTheLastHolder) {
  expect_held(destroyed_by_the_last_holder<SimRobustLock>);
}

TEST(RobustLockSchedule, TimeOutsRacingUnlocksLoseNothing) {
  expect_held(time_outs_racing_unlocks<SimRobustLock>);
}

/// Keeps deaths to itself.
struct SilentRobustLock : SimRobustLock {
  RobustResult lock() {
    if (SimRobustLock::lock().owner_died()) make_consistent();
    return RobustResult::locked(false);
  }
};

TEST(RobustLockSchedule, TellsOfDeaths) { expect_held(owners_that_die<SimRobustLock>); }

TEST(RobustLockSchedule, FindsADeathThatNobodyIsToldOf) { expect_found(owners_that_die<SilentRobustLock>); }

TEST(RobustLockSchedule, RefusesAllWhereNobodyPutsItRight) { expect_held(nobody_puts_it_right); }

}  // namespace
}  // namespace contend::testing
