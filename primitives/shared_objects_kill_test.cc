#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>

#include "primitives/barrier.h"
#include "primitives/event.h"
#include "primitives/internal/shared_memory.h"
#include "primitives/lock.h"
#include "primitives/semaphore.h"
#include "primitives/testing/threads.h"

// Processes that are killed where they wait, or before they come: the others must not be held up by them.
namespace contend::testing {
namespace {

using namespace std::chrono_literals;

/// In memory that the processes share.
template <class T>
struct InSharedMemory {
  internal::SharedArray<T> memory{1};
  T& object = memory[0];
};

/// A process that sleeps in `wait`, and returns afterwards what it returned.
template <class Wait>
pid_t start_sleeper(Wait wait) {
  const pid_t process = start_process(wait);
  await_asleep(process);
  return process;
}

void kill_and_reap(pid_t process) {
  kill(process, SIGKILL);
  EXPECT_EQ(reap(process), -1) << "it was to be killed where it slept";
}

/// Of two that sleep in `wait`, once `close` has seen to it that they must, one is killed. `let_go` is for the other.
template <class Close, class Wait, class LetGo>
void expect_let_go_beside_a_killed_one(Close close, Wait wait, LetGo let_go) {
  for (const bool kills_the_first : {true, false}) {
    close();
    const pid_t first = start_sleeper(wait);
    const pid_t second = start_sleeper(wait);
    kill_and_reap(kills_the_first ? first : second);
    let_go();
    EXPECT_EQ(reap(kills_the_first ? second : first), 0);
  }
}

TEST(KilledWaiter, DoesNotGetALock) {
  InSharedMemory<SharedLock> shared;
  SharedLock& lock = shared.object;
  const auto wait = [&lock] {
    lock.lock();
    lock.unlock();
    return 0;
  };
  expect_let_go_beside_a_killed_one([&lock] { lock.lock(); }, wait, [&lock] { lock.unlock(); });
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(KilledWaiter, DoesNotGetAPermit) {
  InSharedMemory<SharedSemaphore> shared;
  SharedSemaphore& semaphore = shared.object;
  const auto use = [&semaphore] {
    semaphore.acquire();
    semaphore.release();
    return 0;
  };
  expect_let_go_beside_a_killed_one([&semaphore] { semaphore.acquire(); }, use,
                                    [&semaphore] { semaphore.release(); });
  EXPECT_EQ(semaphore.value(), 1);
}

TEST(KilledWaiter, DoesNotHoldUpAnEvent) {
  InSharedMemory<SharedEvent> shared;
  SharedEvent& event = shared.object;
  const auto wait = [&event] { return event.wait() ? 0 : 1; };
  expect_let_go_beside_a_killed_one([&event] { event.clear(); }, wait, [&event] { event.set(); });
}

int wait_and_see_it_break(SharedBarrier& barrier) {
  try {
    barrier.wait();
  } catch (const BrokenBarrier&) {
    return 0;
  }
  return 1;
}

struct BarrierOfThree {
  SharedBarrier barrier{3};
};

TEST(KilledWaiter, LeavesABarrierThatCanBeBroken) {
  InSharedMemory<BarrierOfThree> shared;
  SharedBarrier& barrier = shared.object.barrier;
  const auto wait = [&barrier] { return wait_and_see_it_break(barrier); };
  const pid_t killed = start_sleeper(wait);
  const pid_t other = start_sleeper(wait);
  kill_and_reap(killed);
  barrier.abort();
  EXPECT_EQ(reap(other), 0);
  EXPECT_TRUE(barrier.is_broken());
}

TEST(KilledBeforeItComes, APartyIsNotWaitedForLongerThanTheTimeOut) {
  InSharedMemory<BarrierOfThree> shared;
  SharedBarrier& barrier = shared.object.barrier;
  const auto never_come = [] {
    pause();
    return 0;
  };
  const pid_t killed = start_sleeper(never_come);
  const pid_t other = start_sleeper([&barrier] { return wait_and_see_it_break(barrier); });
  kill_and_reap(killed);
  EXPECT_EQ(barrier.wait_for(20ms), std::nullopt);
  EXPECT_EQ(reap(other), 0);
  barrier.reset();
  const auto pass = [&barrier] { return barrier.wait() < 3 ? 0 : 1; };
  const pid_t one = start_process(pass);
  const pid_t two = start_process(pass);
  EXPECT_EQ(pass(), 0);
  EXPECT_EQ(reap(one), 0);
  EXPECT_EQ(reap(two), 0);
}

}  // namespace
}  // namespace contend::testing
