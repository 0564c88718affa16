#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "primitives/internal/thread_sanitizer.h"
#include "primitives/testing/schedule.h"

// Scenarios that every lock must survive under the deterministic scheduler.
namespace contend::testing {

/// Under ThreadSanitizer a schedule takes ten times as long, and whether it holds does not depend on it.
inline constexpr int seeds_that_must_hold = internal::under_thread_sanitizer ? 400 : 2'000;
inline constexpr int most_seeds_to_find = 2'000;

/// For a wait with a time-out: under the scheduler it may pass at any moment.
inline constexpr std::chrono::hours long_enough{1};

inline void expect_held(const std::function<Scenario()>& make) {
  const Exploration found = explore(seeds_that_must_hold, make);
  EXPECT_TRUE(found.holds()) << found;
}

/// For planted faults.
inline void expect_found(const std::function<Scenario()>& make) {
  EXPECT_FALSE(explore(most_seeds_to_find, make).holds()) << "a planted fault was not found";
}

/// Entered by threads one at a time. Its own step lets another thread come in, if the lock lets it.
class OneAtATime {
 public:
  void visit() {
    require(!inside_, "two inside");
    inside_ = true;
    SimPlatform::yield();
    inside_ = false;
    ++visits_;
  }
  int visits() const { return visits_; }

 private:
  bool inside_ = false;
  int visits_ = 0;
};

/// Three threads through the lock, twice each.
template <class L>
Scenario exclusion() {
  struct Shared {
    L lock;
    OneAtATime section;
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared] {
    for (int i = 0; i < 2; ++i) {
      shared->lock.lock();
      shared->section.visit();
      shared->lock.unlock();
    }
  };
  auto check = [shared] { require(shared->section.visits() == 6, "a visit was lost"); };
  return {.threads = {work, work, work}, .check = check};
}

/// The lock guards the count of those who still need it; the last one out destroys it.
template <class L>
Scenario destroyed_by_the_last_holder() {
  struct Shared {
    std::optional<L> lock{std::in_place};
    int users = 3;
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared] {
    shared->lock->lock();
    const bool last = --shared->users == 0;
    shared->lock->unlock();
    if (last) shared->lock.reset();
  };
  return {.threads = {work, work, work}};
}

/// Time-outs racing unlocks: whoever gives up must leave nothing behind, and whoever waits for ever gets in.
template <class L>
Scenario time_outs_racing_unlocks() {
  struct Shared {
    L lock;
    OneAtATime section;
  };
  auto shared = std::make_shared<Shared>();
  auto impatient = [shared] {
    for (int i = 0; i < 2; ++i) {
      if (!shared->lock.try_lock_for(std::chrono::hours(1))) continue;
      shared->section.visit();
      shared->lock.unlock();
    }
  };
  auto patient = [shared] {
    shared->lock.lock();
    shared->section.visit();
    shared->lock.unlock();
  };
  auto check = [shared] {
    require(static_cast<bool>(shared->lock.try_lock()), "the lock was left locked");
    shared->lock.unlock();
  };
  return {.threads = {impatient, impatient, patient}, .check = check};
}

}  // namespace contend::testing
