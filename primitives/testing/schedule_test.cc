#include "primitives/testing/schedule.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include "primitives/testing/schedule_scenarios.h"

// The scheduler is itself checked: what is broken must be found, and how it fails must be said.
namespace contend::testing {
namespace {

using Word = SimPlatform::Word;

/// Its unlock forgets whoever sleeps.
class LockThatSkipsTheWake {
 public:
  void lock() {
    while (word_.exchange(1) != 0) SimPlatform::wait(word_, 1);
  }
  void unlock() { word_.store(0); }

 private:
  Word word_{0};
};

/// Looks, and only then takes.
class LockThatLetsTwoIn {
 public:
  void lock() {
    while (word_.load() != 0) SimPlatform::yield();
    word_.store(1);
  }
  void unlock() { word_.store(0); }

 private:
  Word word_{0};
};

/// Writes to itself after it has let the next one in.
class LockThatLooksBack {
 public:
  void lock() {
    while (word_.exchange(1) != 0) SimPlatform::yield();
  }
  void unlock() {
    word_.store(0);
    unlocks_.fetch_add(1);
  }

 private:
  Word word_{0};
  Word unlocks_{0};
};

/// Looks for sleepers before it adds the permit: one who falls asleep in between is forgotten.
class SemaphoreThatLosesAWake {
 public:
  void acquire() {
    std::uint32_t seen = value_.load();
    while (seen == 0 || !value_.compare_exchange_weak(seen, seen - 1)) {
      if (seen != 0) continue;
      sleepers_.fetch_add(1);
      SimPlatform::wait(value_, 0);
      sleepers_.fetch_sub(1);
      seen = value_.load();
    }
  }
  void release() {
    const bool somebody_sleeps = sleepers_.load() != 0;
    value_.fetch_add(1);
    if (somebody_sleeps) SimPlatform::wake(value_, 1);
  }

 private:
  Word value_{0};
  Word sleepers_{0};
};

Scenario hand_over_a_permit() {
  auto semaphore = std::make_shared<SemaphoreThatLosesAWake>();
  return {.threads = {[semaphore] { semaphore->acquire(); }, [semaphore] { semaphore->release(); }}};
}

Scenario wait_for_a_flag_that_nobody_sets() {
  auto flag = std::make_shared<Word>(0);
  return {.threads = {[flag] {
            while (flag->load() == 0) SimPlatform::pause();
          }}};
}

void expect_caught(const std::function<Scenario()>& make, const std::string& as) {
  const Exploration found = explore(5000, make);
  ASSERT_FALSE(found.holds()) << "a planted fault was not found";
  EXPECT_NE(found.what.find(as), std::string::npos) << found;
}

TEST(Schedule, FindsALockThatSkipsTheWake) { expect_caught(exclusion<LockThatSkipsTheWake>, "lost wake-up"); }

TEST(Schedule, FindsALockThatLetsTwoIn) { expect_caught(exclusion<LockThatLetsTwoIn>, "two inside"); }

TEST(Schedule, FindsALockThatIsTouchedAfterItsDestruction) {
  expect_caught(destroyed_by_the_last_holder<LockThatLooksBack>, "after its destruction");
}

TEST(Schedule, FindsASemaphoreThatLosesAWake) { expect_caught(hand_over_a_permit, "lost wake-up"); }

TEST(Schedule, FindsALivelock) { expect_caught(wait_for_a_flag_that_nobody_sets, "livelock"); }

TEST(Schedule, FindsAnExceptionThatLeavesAThread) {
  expect_caught([] { return Scenario{.threads = {[] { throw std::runtime_error("lost"); }}}; }, "lost");
}

TEST(Schedule, FindsWhatTheFinalCheckFinds) {
  expect_caught([] { return Scenario{.threads = {[] {}}, .check = [] { require(false, "unmet"); }}; },
                "unmet");
}

TEST(Schedule, RunsEverySeedWhereNothingFails) {
  if (std::getenv("CONTEND_SEED") != nullptr) GTEST_SKIP() << "CONTEND_SEED is set by the caller";
  const Exploration found = explore(50, [] { return Scenario{.threads = {[] {}, [] {}}}; });
  EXPECT_TRUE(found.holds());
  EXPECT_EQ(found.schedules, 50);
}

TEST(Schedule, ASeedAloneRepeatsTheFailure) {
  if (std::getenv("CONTEND_SEED") != nullptr) GTEST_SKIP() << "CONTEND_SEED is set by the caller";
  const Exploration first = explore(5000, exclusion<LockThatLetsTwoIn>);
  ASSERT_FALSE(first.holds());
  setenv("CONTEND_SEED", std::to_string(*first.failing_seed).c_str(), 1);
  const Exploration again = explore(5000, exclusion<LockThatLetsTwoIn>);
  unsetenv("CONTEND_SEED");
  EXPECT_EQ(again.schedules, 1);
  EXPECT_EQ(again.failing_seed, first.failing_seed);
  EXPECT_EQ(again.what, first.what) << "the same seed must give the same interleaving";
}

TEST(Schedule, TimesOutOnlyWaitsWithADeadline) {
  int time_outs = 0;
  auto make = [&time_outs] {
    auto word = std::make_shared<Word>(0);
    return Scenario{.threads = {[word, &time_outs] {
                      using internal::Deadline;
                      const auto result = SimPlatform::wait(*word, 0, Deadline::after(std::chrono::hours(1)));
                      if (result == internal::FutexResult::timed_out) ++time_outs;
                    }}};
  };
  EXPECT_TRUE(explore(100, make).holds());
  EXPECT_GT(time_outs, 0);
}

}  // namespace
}  // namespace contend::testing
