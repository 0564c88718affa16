#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "primitives/barrier.h"
#include "primitives/testing/schedule_scenarios.h"

namespace contend::testing {
namespace {

using SimBarrier = BasicBarrier<SimPlatform>;

/// Waits for the count to come down to zero: who is late finds the next round's count.
class BarrierThatMixesRounds {
 public:
  explicit BarrierThatMixesRounds(std::uint32_t parties) : parties_(parties) {}

  std::size_t wait() {
    const std::uint32_t index = count_.fetch_add(1);
    if (index + 1 == parties_) {
      count_.store(0);
      SimPlatform::wake(count_, std::numeric_limits<int>::max());
    }
    for (std::uint32_t seen = count_.load(); seen != 0; seen = count_.load()) SimPlatform::wait(count_, seen);
    return index;
  }

 private:
  std::uint32_t parties_;
  SimPlatform::Word count_{0};
};

/// Lets the others go and only then does what the last one is to do.
class BarrierThatActsTooLate {
 public:
  BarrierThatActsTooLate(std::uint32_t parties, std::function<void()> action)
      : barrier_(parties), action_(std::move(action)) {}

  std::size_t wait() {
    const std::size_t index = barrier_.wait();
    if (index + 1 == barrier_.parties()) action_();
    return index;
  }

 private:
  SimBarrier barrier_;
  std::function<void()> action_;
};

template <class B, int parties>
Scenario rounds_that_never_mix() {
  constexpr int rounds = 3;
  struct Shared {
    B barrier{parties};
    std::array<int, rounds> come{};
    std::array<std::array<int, parties>, rounds> indexes{};
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared] {
    for (std::size_t round = 0; round < rounds; ++round) {
      ++shared->come[round];
      const std::size_t index = shared->barrier.wait();
      require(shared->come[round] == parties, "let go before all had come");
      require(index < parties && ++shared->indexes[round][index] == 1, "an index twice in a round");
    }
  };
  return {.threads = std::vector<std::function<void()>>(parties, work)};
}

template <class B>
Scenario action_before_anyone_goes() {
  struct Shared {
    int come = 0;
    int acted = 0;
    B barrier{3, [this] {
                require(come % 3 == 0, "acted before all had come");
                SimPlatform::yield();
                ++acted;
              }};
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared] {
    for (int round = 1; round <= 2; ++round) {
      ++shared->come;
      shared->barrier.wait();
      require(shared->acted >= round, "let go before the action");
    }
  };
  return {.threads = {work, work, work},
          .check = [shared] { require(shared->acted == 2, "not once per round"); }};
}

/// More threads than parties: the surplus takes part in the next round.
Scenario more_threads_than_parties() {
  auto barrier = std::make_shared<SimBarrier>(2, [] { SimPlatform::yield(); });
  auto wait = [barrier] { barrier->wait(); };
  auto check = [barrier] { require(barrier->waiting() == 0 && !barrier->is_broken(), "not left as it was"); };
  return {.threads = {wait, wait, wait, wait}, .check = check};
}

struct Outcomes {
  int passed = 0;
  int timed_out = 0;
  int broken = 0;

  void of(SimBarrier& barrier) {
    try {
      ++(barrier.wait_for(long_enough) ? passed : timed_out);
    } catch (const BrokenBarrier&) {
      ++broken;
    }
  }
  void of_untimed(SimBarrier& barrier) {
    try {
      barrier.wait();
      ++passed;
    } catch (const BrokenBarrier&) {
      ++broken;
    }
  }
};

struct Watched {
  SimBarrier barrier{3, [] { SimPlatform::yield(); }};
  Outcomes outcomes;
};

/// All pass, or one times out and the others get BrokenBarrier.
Scenario time_outs_racing_the_last() {
  auto shared = std::make_shared<Watched>();
  auto timed = [shared] { shared->outcomes.of(shared->barrier); };
  auto untimed = [shared] { shared->outcomes.of_untimed(shared->barrier); };
  auto check = [shared] {
    const auto& [passed, timed_out, broken] = shared->outcomes;
    const bool all_passed = passed == 3 && !shared->barrier.is_broken();
    const bool all_broke = passed == 0 && timed_out == 1 && broken == 2 && shared->barrier.is_broken();
    require(all_passed || all_broke, "one round ended in two ways");
  };
  return {.threads = {timed, timed, untimed}, .check = check};
}

Scenario abort_racing_the_last() {
  auto shared = std::make_shared<Watched>();
  auto wait = [shared] { shared->outcomes.of_untimed(shared->barrier); };
  auto check = [shared] {
    require(shared->outcomes.passed % 3 == 0, "one round ended in two ways");
    require(shared->barrier.is_broken(), "sound after abort");
  };
  return {.threads = {wait, wait, wait, [shared] { shared->barrier.abort(); }}, .check = check};
}

/// Whoever is thrown out by a reset comes again, until all have passed once together.
Scenario resets_racing_rounds() {
  auto shared = std::make_shared<Watched>();
  auto insist = [shared] {
    for (int passed = 0; passed < 2;) {
      try {
        shared->barrier.wait();
        ++passed;
      } catch (const BrokenBarrier&) {
      }
    }
  };
  auto disturb = [shared] {
    shared->barrier.reset();
    SimPlatform::yield();
    shared->barrier.reset();
  };
  auto check = [shared] {
    require(shared->barrier.waiting() == 0 && !shared->barrier.is_broken(), "not sound");
  };
  return {.threads = {insist, insist, insist, disturb}, .check = check};
}

Scenario abort_racing_reset() {
  auto shared = std::make_shared<Watched>();
  auto wait = [shared] { shared->outcomes.of(shared->barrier); };
  auto disturb = [shared] {
    shared->barrier.abort();
    shared->barrier.reset();
    shared->barrier.abort();
  };
  auto check = [shared] {
    const auto& [passed, timed_out, broken] = shared->outcomes;
    require(passed == 0 && timed_out + broken == 2, "passed alone");
  };
  return {.threads = {wait, wait, [shared] { shared->barrier.reset(); }, disturb}, .check = check};
}

Scenario an_action_that_throws() {
  struct Shared {
    SimBarrier barrier{3, [] {
                         SimPlatform::yield();
                         throw std::domain_error("from the action");
                       }};
    int thrown = 0;
    int broken = 0;
  };
  auto shared = std::make_shared<Shared>();
  auto wait = [shared] {
    try {
      shared->barrier.wait();
    } catch (const std::domain_error&) {
      ++shared->thrown;
    } catch (const BrokenBarrier&) {
      ++shared->broken;
    }
  };
  auto check = [shared] {
    require(shared->thrown == 1 && shared->broken == 2 && shared->barrier.is_broken(), "not broken for all");
  };
  return {.threads = {wait, wait, wait}, .check = check};
}

/// The last of the others' waits to return destroys it, while the last to arrive may still be on its way out.
Scenario destroyed_by_who_was_let_go() {
  struct Shared {
    std::optional<SimBarrier> barrier{2};
  };
  auto shared = std::make_shared<Shared>();
  auto wait = [shared] {
    if (shared->barrier->wait() == 0) shared->barrier.reset();
  };
  return {.threads = {wait, wait}};
}

TEST(BarrierSchedule, TwoNeverMixRounds) { expect_held(rounds_that_never_mix<SimBarrier, 2>); }
TEST(BarrierSchedule, ThreeNeverMixRounds) { expect_held(rounds_that_never_mix<SimBarrier, 3>); }
TEST(BarrierSchedule, ActsBeforeAnyoneGoes) { expect_held(action_before_anyone_goes<SimBarrier>); }
TEST(BarrierSchedule, MoreThreadsThanPartiesTakeTurns) { expect_held(more_threads_than_parties); }
TEST(BarrierSchedule, TimeOutsRacingTheLastEndARoundInOneWay) { expect_held(time_outs_racing_the_last); }
TEST(BarrierSchedule, AbortRacingTheLastEndsARoundInOneWay) { expect_held(abort_racing_the_last); }
TEST(BarrierSchedule, ResetsRacingRoundsLeaveItUsable) { expect_held(resets_racing_rounds); }
TEST(BarrierSchedule, AbortRacingResetLeavesNobodyBehind) { expect_held(abort_racing_reset); }
TEST(BarrierSchedule, AnActionThatThrowsBreaksItForAll) { expect_held(an_action_that_throws); }
TEST(BarrierSchedule, MayBeDestroyedByWhoWasLetGo) { expect_held(destroyed_by_who_was_let_go); }

// The scenarios are themselves checked.
TEST(BarrierScheduleFaults, ABarrierThatMixesRoundsIsFound) {
  expect_found(rounds_that_never_mix<BarrierThatMixesRounds, 2>);
}
/// Wakes one of those who sleep.
struct WakesOneOnly : SimPlatform {
  static void wake(const Word& word, int /*count*/) noexcept { SimPlatform::wake(word, 1); }
};
TEST(BarrierScheduleFaults, ABarrierThatLosesAWakeUpIsFound) {
  expect_found(rounds_that_never_mix<BasicBarrier<WakesOneOnly>, 3>);
}
TEST(BarrierScheduleFaults, ABarrierThatActsTooLateIsFound) {
  expect_found(action_before_anyone_goes<BarrierThatActsTooLate>);
}

}  // namespace
}  // namespace contend::testing
