#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <thread>

#include "primitives/thread_pool.h"

// Tasks that wait for tasks which wait for others, and tasks that are submitted while a pool is shut down.
namespace contend {
namespace {

using namespace std::chrono_literals;

TEST(WaitingTasks, DoNotRunWhatIsOlderThanTheTaskTheyWaitFor) {
  ThreadPool pool(2);
  std::latch plugged(1);
  std::latch let_go(1);
  const Future<void> plug = pool.submit([&] {
    plugged.count_down();
    let_go.wait();
  });
  plugged.wait();
  const Future<void> outer = pool.submit([&] {
    std::latch is_awaited(1);
    const Future<void> awaited = pool.submit([&] {
      let_go.count_down();
      is_awaited.wait();
      std::this_thread::sleep_for(20ms);  // for the other worker to look for what it may run meanwhile
    });
    const Future<void> waiting = pool.submit([&, awaited] {
      is_awaited.count_down();
      awaited.get();
    });
    const Future<void> behind = pool.submit([waiting] { waiting.get(); });
    awaited.get();
    behind.get();
  });
  outer.get();
}

TEST(WaitingTasks, DoNotPileUpOnOneStack) {
  constexpr int tasks = 2000;
  static thread_local int depth = 0;
  ThreadPool pool(2);
  std::latch known(1);
  std::latch begun(1);
  std::atomic<bool> has_begun{false};
  std::atomic<int> too_deep{0};
  Future<void> submitter;
  const auto wait_for_submitter = [&] {
    if (!has_begun.exchange(true)) begun.count_down();
    if (++depth > tasks / 2) ++too_deep;
    submitter.get();
    --depth;
  };
  submitter = pool.submit([&] {
    known.wait();
    for (int task = 0; task < tasks; ++task) pool.post(wait_for_submitter);
    begun.wait();
    std::this_thread::sleep_for(50ms);  // for the other worker to run as many as it likes
  });
  known.count_down();
  submitter.get();
  pool.shutdown();
  EXPECT_EQ(too_deep, 0);
}

/// With more on the stack than the compiler would put there.
int one_more_than(const Future<int>& before) {
  volatile char room[4096] = {};
  return before.get() + 1 + room[0];
}

TEST(WaitingTasks, MayNestDeeperThanAStack) {
  constexpr int tasks = 10'000;
  ThreadPool pool(1);
  const Future<int> last = pool.submit([&pool] {
    Future<int> youngest = pool.submit([] { return 0; });
    for (int task = 0; task < tasks; ++task) youngest = pool.submit(one_more_than, youngest);
    return youngest.get();
  });
  EXPECT_EQ(last.get(), tasks);
}

/// Each task submits the next, and waits for it.
int depth_of(ThreadPool& pool, int tasks) {
  volatile char room[4096] = {};
  return tasks == 0 ? room[0] : 1 + pool.submit(depth_of, std::ref(pool), tasks - 1).get();
}

TEST(WaitingTasks, MayNestDeeperThanAStackAlsoWhereOthersTakeThem) {
  constexpr int tasks = 10'000;
  ThreadPool pool(2);
  EXPECT_EQ(pool.submit(depth_of, std::ref(pool), tasks).get(), tasks);
}

TEST(WaitingTasks, FindAFreeWorkerWhileThePoolIsShutDown) {
  for (int round = 0; round < 1000; ++round) {
    ThreadPool pool(2);
    const Future<bool> outer = pool.submit([&pool] {
      try {
        return pool.submit([] {}).wait_for(60s);  // with a limit it only waits
      } catch (const PoolShutDown&) {
        return true;
      }
    });
    while (outer.pending()) std::this_thread::yield();
    pool.begin_shutdown();
    ASSERT_TRUE(outer.get()) << "a task waits, and the other worker is gone, round " << round;
  }
}

TEST(WaitingTasks, DoNotRunOnceThePoolHasCancelledThem) {
  for (int round = 0; round < 1000; ++round) {
    std::latch is_shut_down(1);
    bool ran = false;
    ThreadPool pool(1);
    const Future<void> outer = pool.submit([&] {
      try {
        pool.post([&ran] { ran = true; });
      } catch (const PoolShutDown&) {
      }
      is_shut_down.wait();
    });
    while (outer.pending()) std::this_thread::yield();
    pool.begin_shutdown(Shutdown::cancel_pending);
    is_shut_down.count_down();
    pool.shutdown();
    ASSERT_FALSE(ran) << "round " << round;
  }
}

}  // namespace
}  // namespace contend
