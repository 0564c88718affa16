#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "primitives/lock.h"
#include "primitives/testing/refused_call.h"
#include "primitives/testing/threads.h"

// Lock where it hurts: memory that goes away under it, signals in its waits, far more threads than CPUs,
// time-outs that race unlocks, forks while it is contended.
namespace contend::testing {
namespace {

using namespace std::chrono_literals;

/// Its locks' waiters sleep where others look on, or yield.
struct SleepyPlatform : internal::ThreadPlatform {
  static constexpr internal::LockTuning lock_tuning{.later_looks = 0, .most_yields = 0};
};
const int forgets_waiters =
    pthread_atfork(nullptr, nullptr, [] { internal::LockBuckets<SleepyPlatform>::forget_waiters(); });

template <class L>
class LockTorture : public ::testing::Test {};
using Locks =
    ::testing::Types<StrictLock, BasicLock<internal::ThreadPlatform, false>, BasicLock<SleepyPlatform>>;
TYPED_TEST_SUITE(LockTorture, Locks);

int sixteen_per_cpu() { return 16 * static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

void pause_at_random(std::minstd_rand& random) {
  if (random() % 8 == 0) std::this_thread::yield();
  if (random() % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 100));
  for (unsigned i = random() % 64; i > 0; --i) internal::cpu_relax();
}

TYPED_TEST(LockTorture, TheLastUserMayUnmapIt) {
  struct Counted {
    explicit Counted(int of) : users(of) {}
    TypeParam lock;
    int users;
  };
  constexpr int users = 3;
  for (int round = 0; round < 500; ++round) {
    InItsOwnPage<Counted> counted(users);
    run_team(users, [&](int) {
      counted->lock.lock();
      const bool last = --counted->users == 0;
      counted->lock.unlock();
      if (last) counted.destroy();
    });
  }
}

template <class L>
void expect_nothing_lost_among(int threads) {
  L lock;
  long counter = 0;
  std::atomic<long> entered{0};
  run_team(threads, [&](int id) {
    std::minstd_rand random(static_cast<unsigned>(id) + 1);
    for (int i = 0; i < 200; ++i) {
      const bool timed = random() % 2 == 0;
      if (timed && !lock.try_lock_for(std::chrono::microseconds(random() % 200))) continue;
      if (!timed) lock.lock();
      const long seen = counter;
      pause_at_random(random);
      counter = seen + 1;
      entered.fetch_add(1, std::memory_order_relaxed);
      lock.unlock();
      pause_at_random(random);
    }
  });
  EXPECT_EQ(counter, entered);
  EXPECT_TRUE(lock.try_lock()) << "somebody left it locked";
  lock.unlock();
}

TYPED_TEST(LockTorture, LosesNothingWithSixteenThreadsPerCpu) {
  expect_nothing_lost_among<TypeParam>(sixteen_per_cpu());
}

TEST(LockWithoutMembarrier, DISABLED_LosesNothing) {
  ASSERT_FALSE(internal::ThreadPlatform::has_asymmetric_fence());
  expect_nothing_lost_among<Lock>(4);
}

/// What it falls back to is decided when the program is loaded, so that is done again.
TEST(LockTortureOfTheFallback, LosesNothingWhereTheKernelRefusesMembarrier) {
  const int status = exit_code_without(SYS_membarrier, EPERM, [] {
    execl("/proc/self/exe", "lock_torture_test", "--gtest_also_run_disabled_tests", "--gtest_brief=1",
          "--gtest_filter=LockWithoutMembarrier.*", nullptr);
    return 1;
  });
  if (status == no_seccomp) GTEST_SKIP() << "no seccomp filters here";
  EXPECT_EQ(status, 0);
}

TYPED_TEST(LockTorture, WhoSeesItLockedMayUnlockIt) {
  TypeParam lock;
  run_team(2, [&](int id) {
    for (int i = 0; i < 2000; ++i) {
      if (id == 0) {
        lock.lock();
      } else {
        while (!lock.is_locked()) std::this_thread::yield();
        lock.unlock();
      }
    }
  });
  EXPECT_FALSE(lock.is_locked());
}

/// Every thread is hit by signals all the time, whatever it is waiting for.
TYPED_TEST(LockTorture, SignalsInItsWaitsEndNone) {
  TypeParam lock;
  long counter = 0;
  std::vector<std::jthread> team;
  for (int id = 0; id < 4; ++id) {
    team.emplace_back([&, id](const std::stop_token& stop) {
      std::minstd_rand random(static_cast<unsigned>(id) + 1);
      while (!stop.stop_requested()) {
        const std::scoped_lock guard(lock);
        const long seen = counter;
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 200));
        counter = seen + 1;
      }
    });
  }
  for (int round = 0; round < 5; ++round) {
    for (std::jthread& thread : team) disturb_with_signals(thread);
  }
  team.clear();
  EXPECT_GT(counter, 0);
  EXPECT_FALSE(lock.is_locked());
}

/// The holder unlocks about when its waiter gives up: either that one has the lock and knows it, or it is
/// free.
TYPED_TEST(LockTorture, ATimeOutThatRacesAnUnlockKeepsOrLeavesTheLock) {
  TypeParam lock;
  constexpr auto patience = 1500us;  // past the time after which it is handed over
  for (int round = 0; round < 100; ++round) {
    lock.lock();
    const auto end = std::chrono::steady_clock::now() + patience;
    std::atomic<bool> got{false};
    std::jthread waiter([&] { got = lock.try_lock_until(end); });
    std::this_thread::sleep_until(end - std::chrono::microseconds(round));
    lock.unlock();
    waiter.join();
    EXPECT_EQ(lock.try_lock(), !got);
    lock.unlock();
  }
}

/// It frees the lock for a few nanoseconds only, which no thread that wakes up would ever meet.
TYPED_TEST(LockTorture, AWaiterGetsItFromOneWhoLocksAgainAtOnce) {
  TypeParam lock;
  std::atomic<bool> got{false};
  lock.lock();
  std::jthread waiter([&] {
    const std::scoped_lock guard(lock);
    got = true;
  });
  int rounds = 0;
  while (!got && rounds < 1000) {
    ++rounds;
    std::this_thread::sleep_for(5ms);
    lock.unlock();
    lock.lock();
  }
  lock.unlock();
  EXPECT_LT(rounds, 1000) << "the waiter starved";
}

/// What is left of the parent's waiters must not be met in the child: its locks' addresses are the same.
TYPED_TEST(LockTorture, AForkedChildHasNoneOfItsParentsWaiters) {
  ASSERT_EQ(forgets_waiters, 0);
  std::array<TypeParam, 4> locks;
  std::vector<std::jthread> team;
  for (int id = 0; id < 8; ++id) {
    team.emplace_back([&](const std::stop_token& stop) {
      for (unsigned i = 0; !stop.stop_requested(); ++i) {
        const std::scoped_lock guard(locks[i % locks.size()]);
        std::this_thread::yield();
      }
    });
  }
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(reap(start_process([&] {
                alarm(30);
                for (TypeParam& held_by_nobody_here : locks) {
                  TypeParam& lock = *std::construct_at(&held_by_nobody_here);
                  lock.lock();
                  if (lock.try_lock_for(3ms)) return 1;
                  lock.unlock();
                  if (!lock.try_lock()) return 2;
                  lock.unlock();
                }
                return 0;
              })),
              0);
  }
}

}  // namespace
}  // namespace contend::testing
