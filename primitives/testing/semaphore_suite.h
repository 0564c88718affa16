#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <type_traits>

#include "primitives/internal/shared_memory.h"
#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"

// What every semaphore must do. One joins with one line:
//   INSTANTIATE_TYPED_TEST_SUITE_P(MySemaphore, SemaphoreSuite, contend::MySemaphore);
namespace contend::testing {

template <class S>
class SemaphoreSuite : public ::testing::Test {
 protected:
  /// With a bound of `permits` where there is one, and none of them left.
  static void drain(S& semaphore) {
    while (semaphore.try_acquire()) {
    }
  }
};
TYPED_TEST_SUITE_P(SemaphoreSuite);

TYPED_TEST_P(SemaphoreSuite, GivesOutAsManyPermitsAsItHas) {
  static_assert(!std::is_copy_constructible_v<TypeParam> && !std::is_move_constructible_v<TypeParam>);
  TypeParam semaphore(2);
  EXPECT_EQ(semaphore.value(), 2);
  semaphore.acquire();
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire());
  semaphore.release();
  EXPECT_EQ(semaphore.value(), 1);
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_FALSE(TypeParam(0).try_acquire());
}

TYPED_TEST_P(SemaphoreSuite, RefusesBadValues) {
  EXPECT_THROW(TypeParam(-1), std::invalid_argument);
  EXPECT_THROW(TypeParam(TypeParam::max() + 1), std::invalid_argument);
  TypeParam semaphore(1);
  semaphore.acquire();
  EXPECT_THROW(semaphore.release(0), std::invalid_argument);
  EXPECT_THROW(semaphore.release(-1), std::invalid_argument);
  EXPECT_THROW(semaphore.release(std::numeric_limits<std::ptrdiff_t>::min()), std::invalid_argument);
  EXPECT_EQ(semaphore.value(), 0) << "a refused release must not have changed anything";
}

TYPED_TEST_P(SemaphoreSuite, RefusesMoreThanTheMostAndChangesNothing) {
  TypeParam semaphore(TypeParam::max());
  EXPECT_THROW(semaphore.release(), std::length_error);
  EXPECT_EQ(semaphore.value(), TypeParam::max());
  semaphore.acquire();
  EXPECT_THROW(semaphore.release(2), std::length_error);
  EXPECT_THROW(semaphore.release(std::numeric_limits<std::ptrdiff_t>::max()), std::length_error);
  constexpr auto beyond_32_bits = std::ptrdiff_t{1} << 32;
  EXPECT_THROW(semaphore.release(beyond_32_bits), std::length_error);
  EXPECT_THROW(semaphore.release(beyond_32_bits + 1), std::length_error);
  EXPECT_EQ(semaphore.value(), TypeParam::max() - 1);
  semaphore.release();
}

TYPED_TEST_P(SemaphoreSuite, TimesOutWhereThereIsNone) {
  using namespace std::chrono_literals;
  TypeParam semaphore(1);
  EXPECT_TRUE(semaphore.try_acquire_for(-1h)) << "a poll takes what there is";
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(semaphore.try_acquire_for(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_FALSE(semaphore.try_acquire_until(std::chrono::system_clock::now() + 5ms));
  EXPECT_FALSE(semaphore.try_acquire_until(UserClock::now() + 5ms));
  with_passed_times([&](auto time) { EXPECT_FALSE(semaphore.try_acquire_for(time)); },
                    [&](auto time) { EXPECT_FALSE(semaphore.try_acquire_until(time)); });
  semaphore.release();
  EXPECT_TRUE(semaphore.try_acquire_for(0s)) << "a time-out must leave nothing behind";
}

TYPED_TEST_P(SemaphoreSuite, EnormousTimeOutsDoNotOverflow) {
  using namespace std::chrono;
  auto waits_with = [](auto acquire) {
    TypeParam semaphore(1);
    semaphore.acquire();
    std::atomic<bool> got{false};
    std::jthread waiter([&] { got = acquire(semaphore); });
    std::this_thread::sleep_for(milliseconds(5));
    EXPECT_FALSE(got) << "an enormous time-out must wait";
    semaphore.release();
    waiter.join();
    EXPECT_TRUE(got);
  };
  with_enormous_times(
      [&](auto time) { waits_with([=](TypeParam& semaphore) { return semaphore.try_acquire_for(time); }); },
      [&](auto time) {
        waits_with([=](TypeParam& semaphore) { return semaphore.try_acquire_until(time); });
      });
}

TYPED_TEST_P(SemaphoreSuite, WakesAsManyAsItReleases) {
  TypeParam semaphore(5);
  this->drain(semaphore);
  std::atomic<int> through{0};
  {
    std::vector<std::jthread> team;
    for (int i = 0; i < 5; ++i) {
      team.emplace_back([&] {
        semaphore.acquire();
        ++through;
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    semaphore.release(3);
    while (through < 3) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(through, 3);
    semaphore.release(2);
  }
  EXPECT_EQ(semaphore.value(), 0);
}

TYPED_TEST_P(SemaphoreSuite, StopEndsAWait) {
  TypeParam semaphore(1);
  semaphore.acquire();
  std::atomic<bool> other{false};
  std::jthread bystander([&] {
    semaphore.acquire();
    other = true;
  });
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> result{-1};
    std::jthread waiter([&](const std::stop_token& stop) { result = semaphore.acquire(stop); });
    if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20 * round));
    waiter.request_stop();
    waiter.join();
    EXPECT_EQ(result, 0);
  }
  EXPECT_FALSE(other) << "a stop is for those who gave its token";
  semaphore.release();
  bystander.join();
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_FALSE(semaphore.acquire(stopped.get_token()));
  semaphore.release();
  EXPECT_TRUE(semaphore.acquire(stopped.get_token())) << "a permit that is there is taken";
}

TYPED_TEST_P(SemaphoreSuite, TimeOutsAndStopsRacingReleasesLoseNothing) {
  TypeParam semaphore(2);
  std::atomic<int> inside{0};
  run_team(4, [&](int id) {
    for (int round = 0; round < 2000; ++round) {
      const auto patience = std::chrono::microseconds((round * 7 + id) % 40);
      if (!semaphore.try_acquire_for(patience)) continue;
      EXPECT_LE(++inside, 2);
      if (round % 8 == 0) std::this_thread::yield();
      --inside;
      semaphore.release();
    }
  });
  EXPECT_EQ(semaphore.value(), 2);
}

TYPED_TEST_P(SemaphoreSuite, MayBeDestroyedByTheAcquirer) {
  for (int round = 0; round < 2000; ++round) {
    InItsOwnPage<TypeParam> semaphore(1);
    semaphore->acquire();
    std::jthread acquirer([&] {
      semaphore->acquire();
      semaphore.destroy();
    });
    if (round % 2 == 0) std::this_thread::yield();
    semaphore->release();
  }
}

TYPED_TEST_P(SemaphoreSuite, SignalsInAWaitDoNotEndIt) {
  TypeParam semaphore(1);
  semaphore.acquire();
  std::atomic<bool> got{false};
  std::jthread waiter([&] {
    semaphore.acquire();
    got = true;
  });
  disturb_with_signals(waiter);
  EXPECT_FALSE(got);
  semaphore.release();
}

REGISTER_TYPED_TEST_SUITE_P(SemaphoreSuite, GivesOutAsManyPermitsAsItHas, RefusesBadValues,
                            RefusesMoreThanTheMostAndChangesNothing, TimesOutWhereThereIsNone,
                            EnormousTimeOutsDoNotOverflow, WakesAsManyAsItReleases, StopEndsAWait,
                            TimeOutsAndStopsRacingReleasesLoseNothing, MayBeDestroyedByTheAcquirer,
                            SignalsInAWaitDoNotEndIt);

}  // namespace contend::testing
