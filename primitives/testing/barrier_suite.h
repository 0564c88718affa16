#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <vector>

#include "primitives/barrier.h"
#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"

// What every barrier must do. One joins with one line:
//   INSTANTIATE_TYPED_TEST_SUITE_P(MyBarrier, BarrierSuite, contend::MyBarrier);
namespace contend::testing {

template <class B>
class BarrierSuite : public ::testing::Test {
 protected:
  /// How the waits of `count` threads ended.
  struct Outcomes {
    std::atomic<int> passed{0};
    std::atomic<int> timed_out{0};
    std::atomic<int> broken{0};
    std::atomic<int> thrown{0};
  };

  template <class Wait>
  static void tally(Outcomes& outcomes, Wait wait) {
    try {
      ++(wait() ? outcomes.passed : outcomes.timed_out);
    } catch (const BrokenBarrier&) {
      ++outcomes.broken;
    } catch (const std::domain_error&) {
      ++outcomes.thrown;
    }
  }

  static std::jthread start_waiting(Outcomes& outcomes, B& barrier) {
    return std::jthread([&] { tally(outcomes, [&] { return std::optional(barrier.wait()); }); });
  }

  static void await_waiting(const B& barrier, std::size_t count) {
    while (barrier.waiting() < count) std::this_thread::yield();
  }

  // What actions reach, which are plain functions between processes.
  inline static std::atomic<int> actions{0};
  inline static std::atomic<bool> go{false};
  inline static std::atomic<bool> is_to_abort{false};
  inline static std::atomic<B*> inside{nullptr};
};
TYPED_TEST_SUITE_P(BarrierSuite);

TYPED_TEST_P(BarrierSuite, RefusesLessThanOneParty) {
  static_assert(!std::is_copy_constructible_v<TypeParam> && !std::is_move_constructible_v<TypeParam>);
  EXPECT_THROW(TypeParam(0), std::invalid_argument);
  EXPECT_THROW(TypeParam(-1), std::invalid_argument);
  EXPECT_THROW(TypeParam{std::numeric_limits<std::ptrdiff_t>::max()}, std::invalid_argument);
}

TYPED_TEST_P(BarrierSuite, OnePartyNeverWaits) {
  TypeParam barrier(1);
  EXPECT_EQ(barrier.parties(), 1U);
  for (int round = 0; round < 3; ++round) EXPECT_EQ(barrier.wait(), 0U);
  EXPECT_FALSE(barrier.is_broken());
}

TYPED_TEST_P(BarrierSuite, RoundsNeverMixAndIndexesAreDistinct) {
  for (const int parties : {2, 3, 8}) {
    constexpr int rounds = 500;
    TypeParam barrier(parties);
    std::vector<std::atomic<int>> come(rounds);
    std::vector<std::atomic<int>> sum_of_indexes(rounds);
    run_team(parties, [&](int) {
      for (std::size_t round = 0; round < rounds; ++round) {
        ++come[round];
        sum_of_indexes[round] += 1 << barrier.wait();
        EXPECT_EQ(come[round], parties);
      }
    });
    for (const auto& sum : sum_of_indexes) EXPECT_EQ(sum, (1 << parties) - 1);
    EXPECT_EQ(barrier.waiting(), 0U);
  }
}

TYPED_TEST_P(BarrierSuite, OneRunsTheActionBeforeTheOthersGo) {
  this->actions = 0;
  TypeParam barrier(3, [] { ++BarrierSuite<TypeParam>::actions; });
  run_team(3, [&](int) {
    for (int round = 1; round <= 300; ++round) {
      barrier.wait();
      EXPECT_GE(this->actions, round);
    }
  });
  EXPECT_EQ(this->actions, 300);
}

TYPED_TEST_P(BarrierSuite, AnActionThatThrowsBreaksItForAll) {
  TypeParam barrier(3, [] { throw std::domain_error("from the action"); });
  typename TestFixture::Outcomes outcomes;
  run_team(3, [&](int) { this->tally(outcomes, [&] { return std::optional(barrier.wait()); }); });
  EXPECT_EQ(outcomes.thrown, 1);
  EXPECT_EQ(outcomes.broken, 2);
  EXPECT_TRUE(barrier.is_broken());
}

TYPED_TEST_P(BarrierSuite, AWaitThatTimesOutBreaksIt) {
  using namespace std::chrono_literals;
  TypeParam barrier(3);
  typename TestFixture::Outcomes outcomes;
  {
    const std::jthread other = this->start_waiting(outcomes, barrier);
    this->await_waiting(barrier, 1);
    const auto before = std::chrono::steady_clock::now();
    EXPECT_FALSE(barrier.wait_for(20ms));
    EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  }
  EXPECT_EQ(outcomes.broken, 1);
  EXPECT_TRUE(barrier.is_broken());
  EXPECT_EQ(barrier.waiting(), 0U);
  EXPECT_THROW(barrier.wait(), BrokenBarrier);
  EXPECT_THROW(barrier.wait_for(1s), BrokenBarrier);
  with_passed_times([&](auto time) { EXPECT_THROW(barrier.wait_for(time), BrokenBarrier); },
                    [&](auto time) { EXPECT_THROW(barrier.wait_until(time), BrokenBarrier); });
  barrier.reset();
  EXPECT_FALSE(barrier.wait_until(std::chrono::system_clock::now() + 5ms));
  barrier.reset();
  EXPECT_FALSE(barrier.wait_until(UserClock::now() + 5ms));
}

TYPED_TEST_P(BarrierSuite, ATimeThatHasPassedIsEnoughForTheLastAlone) {
  TypeParam two(2);
  auto breaks_it = [&](auto passes) {
    EXPECT_FALSE(passes());
    EXPECT_TRUE(two.is_broken());
    two.reset();
  };
  with_passed_times([&](auto time) { breaks_it([&] { return two.wait_for(time).has_value(); }); },
                    [&](auto time) { breaks_it([&] { return two.wait_until(time).has_value(); }); });
  TypeParam one(1);
  with_passed_times([&](auto time) { EXPECT_EQ(one.wait_for(time), 0U); },
                    [&](auto time) { EXPECT_EQ(one.wait_until(time), 0U); });
  EXPECT_FALSE(one.is_broken());
}

TYPED_TEST_P(BarrierSuite, ItsOwnTimeOutIsForEveryWait) {
  TypeParam barrier(2, {}, std::chrono::milliseconds(20));
  EXPECT_THROW(barrier.wait(), BrokenBarrier);
  EXPECT_TRUE(barrier.is_broken());
  with_passed_times(
      [](auto time) {
        EXPECT_THROW(TypeParam(2, {}, time).wait(), BrokenBarrier);
        EXPECT_EQ(TypeParam(1, {}, time).wait(), 0U);
      },
      [](auto /*time*/) {});
  TypeParam patient(2, {}, std::chrono::hours::max());
  typename TestFixture::Outcomes outcomes;
  {
    const std::jthread other = this->start_waiting(outcomes, patient);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    patient.wait();
  }
  EXPECT_EQ(outcomes.passed, 1);
}

TYPED_TEST_P(BarrierSuite, EnormousTimeOutsDoNotOverflow) {
  using namespace std::chrono;
  auto waits_with = [](auto wait) {
    TypeParam barrier(2);
    std::atomic<bool> passed{false};
    std::jthread waiter([&] { passed = wait(barrier).has_value(); });
    while (barrier.waiting() == 0) std::this_thread::yield();
    std::this_thread::sleep_for(milliseconds(5));
    EXPECT_FALSE(barrier.is_broken()) << "an enormous time-out must wait";
    barrier.wait();
    waiter.join();
    EXPECT_TRUE(passed);
  };
  with_enormous_times(
      [&](auto time) { waits_with([=](TypeParam& barrier) { return barrier.wait_for(time); }); },
      [&](auto time) { waits_with([=](TypeParam& barrier) { return barrier.wait_until(time); }); });
}

TYPED_TEST_P(BarrierSuite, AbortBreaksItForThoseWhoWaitAndThoseWhoCome) {
  TypeParam barrier(3);
  typename TestFixture::Outcomes outcomes;
  {
    const std::jthread one = this->start_waiting(outcomes, barrier);
    const std::jthread two = this->start_waiting(outcomes, barrier);
    this->await_waiting(barrier, 2);
    barrier.abort();
  }
  EXPECT_EQ(outcomes.broken, 2);
  EXPECT_TRUE(barrier.is_broken());
  EXPECT_THROW(barrier.wait(), BrokenBarrier);
}

TYPED_TEST_P(BarrierSuite, ResetThrowsOutWhoWaitsAndMakesItUsable) {
  TypeParam barrier(2);
  typename TestFixture::Outcomes outcomes;
  for (int round = 0; round < 50; ++round) {
    {
      const std::jthread waiter = this->start_waiting(outcomes, barrier);
      this->await_waiting(barrier, 1);
      if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      barrier.reset();
      EXPECT_FALSE(barrier.is_broken());
    }
    EXPECT_EQ(outcomes.broken, round + 1);
    const std::jthread waiter = this->start_waiting(outcomes, barrier);
    barrier.wait();
  }
  EXPECT_EQ(outcomes.passed, 50);
  barrier.abort();
  barrier.reset();
  EXPECT_FALSE(barrier.is_broken());
}

TYPED_TEST_P(BarrierSuite, AnActionMayAbortOrResetIt) {
  for (const bool aborts : {true, false}) {
    this->is_to_abort = aborts;
    TypeParam barrier(3, [] {
      TypeParam& self = *BarrierSuite<TypeParam>::inside;
      BarrierSuite<TypeParam>::is_to_abort ? self.abort() : self.reset();
    });
    this->inside = &barrier;
    typename TestFixture::Outcomes outcomes;
    run_team(3, [&](int) { this->tally(outcomes, [&] { return std::optional(barrier.wait()); }); });
    EXPECT_EQ(outcomes.broken, 3) << "the round ended before the action was through";
    EXPECT_EQ(barrier.is_broken(), aborts);
  }
}

TYPED_TEST_P(BarrierSuite, AbortAndResetWhileTheActionRunsEndTheRoundAsBroken) {
  for (const bool aborts : {true, false}) {
    this->actions = 0;
    this->go = false;
    TypeParam barrier(2, [] {
      ++BarrierSuite<TypeParam>::actions;
      while (!BarrierSuite<TypeParam>::go) std::this_thread::yield();
    });
    typename TestFixture::Outcomes outcomes;
    {
      const std::jthread one = this->start_waiting(outcomes, barrier);
      const std::jthread two = this->start_waiting(outcomes, barrier);
      while (this->actions == 0) std::this_thread::yield();
      aborts ? barrier.abort() : barrier.reset();
      this->go = true;
    }
    EXPECT_EQ(outcomes.broken, 2);
    EXPECT_EQ(barrier.is_broken(), aborts);
    if (aborts) barrier.reset();
    const std::jthread one = this->start_waiting(outcomes, barrier);
    barrier.wait();
  }
}

TYPED_TEST_P(BarrierSuite, TimeOutsRacingArrivalsEndARoundInOneWay) {
  TypeParam barrier(3);
  for (int round = 0; round < 300; ++round) {
    typename TestFixture::Outcomes outcomes;
    run_team(3, [&](int id) {
      this->tally(outcomes, [&] { return barrier.wait_for(std::chrono::microseconds(20 * id + round)); });
    });
    const bool all_passed = outcomes.passed == 3;
    const bool all_broke = outcomes.timed_out == 1 && outcomes.broken == 2;
    EXPECT_TRUE(all_passed || all_broke) << outcomes.passed << " passed, " << outcomes.timed_out
                                         << " timed out, " << outcomes.broken << " broken";
    barrier.reset();
  }
}

TYPED_TEST_P(BarrierSuite, MayBeDestroyedByWhoWasLetGo) {
  for (int round = 0; round < 1000; ++round) {
    InItsOwnPage<TypeParam> barrier(2);
    run_team(2, [&](int) {
      if (barrier->wait() == 0) barrier.destroy();
    });
  }
}

TYPED_TEST_P(BarrierSuite, SignalsInAWaitDoNotEndIt) {
  TypeParam barrier(2);
  typename TestFixture::Outcomes outcomes;
  std::jthread waiter = this->start_waiting(outcomes, barrier);
  disturb_with_signals(waiter);
  EXPECT_EQ(outcomes.passed + outcomes.broken, 0);
  barrier.wait();
  waiter.join();
  EXPECT_EQ(outcomes.passed, 1);
}

REGISTER_TYPED_TEST_SUITE_P(BarrierSuite, RefusesLessThanOneParty, OnePartyNeverWaits,
                            RoundsNeverMixAndIndexesAreDistinct, OneRunsTheActionBeforeTheOthersGo,
                            AnActionThatThrowsBreaksItForAll, AWaitThatTimesOutBreaksIt,
                            ItsOwnTimeOutIsForEveryWait, EnormousTimeOutsDoNotOverflow,
                            ATimeThatHasPassedIsEnoughForTheLastAlone, AnActionMayAbortOrResetIt,
                            AbortAndResetWhileTheActionRunsEndTheRoundAsBroken,
                            AbortBreaksItForThoseWhoWaitAndThoseWhoCome,
                            ResetThrowsOutWhoWaitsAndMakesItUsable, TimeOutsRacingArrivalsEndARoundInOneWay,
                            MayBeDestroyedByWhoWasLetGo, SignalsInAWaitDoNotEndIt);

}  // namespace contend::testing
