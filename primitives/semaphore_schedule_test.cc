#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>

#include "primitives/semaphore.h"
#include "primitives/testing/schedule_scenarios.h"

namespace contend::testing {
namespace {

using SimSemaphore = BasicSemaphore<SimPlatform>;

/// BasicSemaphore's protocol with one part left out.
template <bool sets_mark_again, bool passes_on>
class FaultySemaphore {
 public:
  explicit FaultySemaphore(std::uint32_t start) : word_(2 * start) {}

  void acquire() {
    for (bool has_slept = false;; has_slept = true) {
      for (std::uint32_t seen = word_.load(); seen != 1;) {
        const std::uint32_t left = seen >= 2 ? seen - 2 : seen;
        const bool marks = seen < 2 || (has_slept && sets_mark_again);
        if (!word_.compare_exchange_strong(seen, marks ? left | 1 : left & ~1U)) continue;
        if (seen < 2) break;
        if (passes_on && has_slept && left >= 2 && left % 2 == 0)
          SimPlatform::wake(word_, static_cast<int>(left / 2));
        return;
      }
      SimPlatform::wait(word_, 1);
    }
  }
  void release() {
    if (word_.fetch_add(2) % 2 == 1) SimPlatform::wake(word_, 1);
  }

 private:
  SimPlatform::Word word_;
};

/// Counts its sleepers beside the permits, and looks at them after the permit is out.
class SemaphoreThatLooksBack {
 public:
  explicit SemaphoreThatLooksBack(std::uint32_t start) : permits_(start) {}

  void acquire() {
    sleepers_.fetch_add(1);
    std::uint32_t seen = permits_.load();
    while (seen == 0 || !permits_.compare_exchange_strong(seen, seen - 1)) {
      if (seen == 0) SimPlatform::wait(permits_, 0);
      seen = permits_.load();
    }
    sleepers_.fetch_sub(1);
  }
  void release() {
    permits_.fetch_add(1);
    if (sleepers_.load() != 0) SimPlatform::wake(permits_, 1);
  }

 private:
  SimPlatform::Word permits_;
  SimPlatform::Word sleepers_{0};
};

/// A stop request wakes once, perhaps between the look at the token and the sleep.
class SemaphoreThatIsStoppedOnce {
 public:
  explicit SemaphoreThatIsStoppedOnce(std::uint32_t start) : permits_(start) {}

  bool acquire(const std::stop_token& stop) {
    auto wake = [this] { SimPlatform::wake(permits_, 1); };
    const SimPlatform::StopCallback<decltype(wake)> callback(stop, wake);
    for (std::uint32_t seen = permits_.load();; seen = permits_.load()) {
      if (seen != 0 && permits_.compare_exchange_strong(seen, seen - 1)) return true;
      if (stop.stop_requested()) return false;
      SimPlatform::wait(permits_, 0);
    }
  }

 private:
  SimPlatform::Word permits_;
};

/// As many permits as acquires: everyone must get through.
template <class S>
Scenario enough_for_everyone() {
  auto semaphore = std::make_shared<S>(0);
  auto acquire = [semaphore] { semaphore->acquire(); };
  auto release = [semaphore] { semaphore->release(); };
  return {.threads = {acquire, acquire, acquire, release, [=] {
                        release();
                        release();
                      }}};
}

/// Who gets the permit destroys the semaphore.
template <class S>
Scenario destroyed_by_the_acquirer() {
  auto semaphore = std::make_shared<std::optional<S>>(0U);
  auto acquire = [semaphore] {
    (*semaphore)->acquire();
    semaphore->reset();
  };
  return {.threads = {acquire, [semaphore] { (*semaphore)->release(); }}};
}

Scenario many_at_once() {
  auto semaphore = std::make_shared<SimSemaphore>(0);
  auto acquire = [semaphore] { semaphore->acquire(); };
  auto check = [semaphore] { require(semaphore->value() == 1, "permits came or went"); };
  return {.threads = {acquire, acquire, acquire, [semaphore] { semaphore->release(3); },
                      [semaphore] { semaphore->release(); }},
          .check = check};
}

Scenario time_outs_racing_releases() {
  struct Shared {
    SimSemaphore semaphore{0};
    int acquired = 0;
  };
  auto shared = std::make_shared<Shared>();
  auto impatient = [shared] {
    if (shared->semaphore.try_acquire_for(long_enough)) ++shared->acquired;
  };
  auto patient = [shared] {
    shared->semaphore.acquire();
    ++shared->acquired;
  };
  auto release = [shared] {
    shared->semaphore.release();
    shared->semaphore.release(2);
  };
  auto check = [shared] {
    require(shared->acquired + shared->semaphore.value() == 3, "permits came or went");
  };
  return {.threads = {impatient, impatient, patient, release}, .check = check};
}

template <class S>
Scenario ended_by_a_stop() {
  struct Shared {
    S semaphore{0};
    std::stop_source source;
  };
  auto shared = std::make_shared<Shared>();
  auto acquire = [shared] {
    require(!shared->semaphore.acquire(shared->source.get_token()), "a permit from nowhere");
  };
  return {.threads = {acquire, acquire, [shared] { shared->source.request_stop(); }}};
}

/// Whoever is told to stop goes and takes no wake-up along; whoever is not gets through.
Scenario stops_racing_releases() {
  struct Shared {
    SimSemaphore semaphore{0};
    std::stop_source source;
    int acquired = 0;
  };
  auto shared = std::make_shared<Shared>();
  auto acquire_or_stop = [shared] {
    shared->acquired += shared->semaphore.acquire(shared->source.get_token());
  };
  auto acquire = [shared] {
    shared->semaphore.acquire();
    ++shared->acquired;
  };
  auto stop = [shared] { shared->source.request_stop(); };
  auto release = [shared] {
    for (int i = 0; i < 3; ++i) shared->semaphore.release();
  };
  auto check = [shared] {
    require(shared->acquired + shared->semaphore.value() == 3, "permits came or went");
  };
  return {.threads = {acquire_or_stop, acquire_or_stop, acquire, stop, release}, .check = check};
}

Scenario two_inside_at_most() {
  struct Shared {
    SimSemaphore semaphore{2};
    int inside = 0;
  };
  auto shared = std::make_shared<Shared>();
  auto work = [shared] {
    for (int i = 0; i < 2; ++i) {
      if (!shared->semaphore.try_acquire_for(long_enough)) continue;
      require(++shared->inside <= 2, "three inside");
      SimPlatform::yield();
      --shared->inside;
      shared->semaphore.release();
    }
  };
  auto check = [shared] { require(shared->semaphore.value() == 2, "permits came or went"); };
  return {.threads = {work, work, work}, .check = check};
}

Scenario one_release_too_many() {
  struct Shared {
    BasicBoundedSemaphore<SimPlatform> semaphore{1};
    int refused = 0;
  };
  auto shared = std::make_shared<Shared>();
  shared->semaphore.acquire();
  auto release = [shared] {
    try {
      shared->semaphore.release();
    } catch (const std::length_error&) {
      ++shared->refused;
    }
  };
  auto check = [shared] {
    require(shared->refused == 1 && shared->semaphore.value() == 1, "bound not kept");
  };
  return {.threads = {release, release}, .check = check};
}

TEST(SemaphoreSchedule, LosesNoWake) { expect_held(enough_for_everyone<SimSemaphore>); }
TEST(SemaphoreSchedule, ReleasesManyAtOnce) { expect_held(many_at_once); }
TEST(SemaphoreSchedule, MayBeDestroyedByTheAcquirer) { expect_held(destroyed_by_the_acquirer<SimSemaphore>); }
TEST(SemaphoreSchedule, TimeOutsRacingReleasesLoseNothing) { expect_held(time_outs_racing_releases); }
TEST(SemaphoreSchedule, StopsRacingReleasesLoseNothing) { expect_held(stops_racing_releases); }
TEST(SemaphoreSchedule, AStopEndsTheWaitsOfItsToken) { expect_held(ended_by_a_stop<SimSemaphore>); }
TEST(SemaphoreSchedule, LetsInAsManyAsThereArePermits) { expect_held(two_inside_at_most); }
TEST(SemaphoreSchedule, KeepsItsBoundAmongReleases) { expect_held(one_release_too_many); }

// The scenarios are themselves checked.
TEST(SemaphoreScheduleFaults, ASleeperThatDoesNotSetTheMarkAgainIsFound) {
  expect_found(enough_for_everyone<FaultySemaphore<false, true>>);
}
TEST(SemaphoreScheduleFaults, ASleeperThatDoesNotPassOnIsFound) {
  expect_found(enough_for_everyone<FaultySemaphore<true, false>>);
}
TEST(SemaphoreScheduleFaults, AReleaseThatLooksBackIsFound) {
  expect_found(destroyed_by_the_acquirer<SemaphoreThatLooksBack>);
}
TEST(SemaphoreScheduleFaults, AStopThatWakesOnlyOnceIsFound) {
  expect_found(ended_by_a_stop<SemaphoreThatIsStoppedOnce>);
}
TEST(SemaphoreScheduleFaults, WithoutAFaultTheSameProtocolPasses) {
  expect_held(enough_for_everyone<FaultySemaphore<true, true>>);
}

}  // namespace
}  // namespace contend::testing
