#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "primitives/executors.h"
#include "primitives/internal/child_process.h"
#include "primitives/internal/shared_memory.h"
#include "primitives/testing/executor_checks.h"

// Processes are killed at random moments: every item must be accounted for, and nothing may be left behind.
namespace contend {
namespace {

using namespace std::chrono_literals;
using testing::CountedItems;
using testing::ids_up_to;

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

/// Neither living ones nor zombies.
bool has_no_children() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

void compute_for(std::chrono::microseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
  }
}

/// Counted items of random length, up to 200 microseconds.
ItemFunction slow(CountedItems& items) {
  return [compute = items.function()](std::uint64_t id) {
    compute_for(std::chrono::microseconds(CountedItems::expected(id) % 200));
    return compute(id);
  };
}

/// Kills workers of the pool at random moments as long as it lives; now and then all of them at once.
class Killer {
 public:
  explicit Killer(const ProcessPool& pool)
      : thread_([&pool](const std::stop_token& stop) {
          std::minstd_rand random(1);
          while (!stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 4000));
            const bool all = random() % 8 == 0;
            const std::vector<pid_t> pids = pool.worker_pids();
            const std::size_t chosen = random() % pids.size();
            for (std::size_t worker = 0; worker < pids.size(); ++worker) {
              if (pids[worker] > 0 && (all || worker == chosen)) kill(pids[worker], SIGKILL);
            }
          }
        }) {}

 private:
  std::jthread thread_;
};

struct Tally {
  std::size_t done = 0;
  std::size_t lost = 0;
  std::uint64_t deaths = 0;
};

/// Batches for two seconds beside a Killer. Each item must have its result or be reported as lost, and must
/// have been computed as often as the policy allows.
Tally run_beside_a_killer(const ProcessPoolOptions& options) {
  constexpr std::size_t batch_size = 500;
  CountedItems items(batch_size);
  ProcessPool pool(slow(items), 3, options);
  Tally tally;
  const Killer killer(pool);
  const auto end = std::chrono::steady_clock::now() + 2s;
  for (std::uint32_t batch = 1; std::chrono::steady_clock::now() < end; ++batch) {
    const std::vector<std::uint64_t> ids = ids_up_to(batch_size);
    std::vector<std::uint64_t> results(batch_size, 0);
    const std::vector<ItemFailure> failures = pool.try_run(ids, results);
    for (const ItemFailure& failure : failures) {
      EXPECT_THROW(std::rethrow_exception(failure.error), BrokenWorker);
      EXPECT_EQ(results[failure.index], 0U);
      results[failure.index] = CountedItems::expected(failure.index);
    }
    for (std::size_t index = 0; index < batch_size; ++index) {
      EXPECT_EQ(results[index], CountedItems::expected(index)) << "batch " << batch << ", item " << index;
      const bool at_most_once = options.on_death == OnDeath::fail;
      EXPECT_TRUE(!at_most_once || items.calls(index) <= batch) << "item " << index << " was done twice";
    }
    tally.done += batch_size - failures.size();
    tally.lost += failures.size();
  }
  std::uint64_t calls = 0;
  for (std::size_t index = 0; index < batch_size; ++index) calls += items.calls(index);
  EXPECT_GE(calls, tally.done);
  tally.deaths = pool.deaths();
  return tally;
}

class ProcessPoolTorture : public ::testing::Test {
 protected:
  void TearDown() override {
    EXPECT_TRUE(has_no_children());
    EXPECT_EQ(open_descriptors(), descriptors_);
  }

 private:
  const std::ptrdiff_t descriptors_ = open_descriptors();
};

TEST_F(ProcessPoolTorture, NoItemIsMissingUnderRetry) {
  const Tally tally = run_beside_a_killer({.on_death = OnDeath::retry, .max_deaths_per_item = 1000});
  EXPECT_EQ(tally.lost, 0U);
  EXPECT_GT(tally.deaths, 10U);
  RecordProperty("done", std::to_string(tally.done));
  RecordProperty("deaths", std::to_string(tally.deaths));
}

TEST_F(ProcessPoolTorture, NoItemIsDoneTwiceUnderFail) {
  const Tally tally = run_beside_a_killer({.on_death = OnDeath::fail});
  EXPECT_GT(tally.lost, 0U);
  EXPECT_LE(tally.lost, tally.deaths);
  RecordProperty("done", std::to_string(tally.done));
  RecordProperty("lost", std::to_string(tally.lost));
}

TEST_F(ProcessPoolTorture, PoolsComeAndGoWithoutATrace) {
  for (int round = 0; round < 20; ++round) {
    EXPECT_TRUE(testing::runs_each_item_once<ProcessPool>(round, 4));
    EXPECT_TRUE(testing::runs_each_item_once<ForkPerItem>(round, 4));
  }
}

TEST_F(ProcessPoolTorture, APoolIsDestroyedWhileItsWorkersDie) {
  for (int round = 0; round < 20; ++round) {
    const ProcessPool pool(CountedItems::expected, 4);
    for (const pid_t pid : pool.worker_pids()) kill(pid, SIGKILL);
  }
}

TEST_F(ProcessPoolTorture, AStoppedWorkerDoesNotHoldUpTheDestructor) {
  const ProcessPool pool(CountedItems::expected, 2);
  kill(pool.worker_pids()[0], SIGSTOP);
}

TEST_F(ProcessPoolTorture, ForkPerItemReportsADeadChild) {
  ForkPerItem executor(
      [](std::uint64_t id) {
        if (id == 3) raise(SIGKILL);
        return id;
      },
      2);
  const std::vector<std::uint64_t> ids = ids_up_to(10);
  std::vector<std::uint64_t> results(ids.size());
  try {
    executor.run(ids, results);
    FAIL() << "no exception";
  } catch (const BrokenWorker& error) {
    EXPECT_EQ(error.item(), 3U);
    EXPECT_EQ(error.signal(), SIGKILL);
  }
}

std::uint64_t sleep_for_ever(std::uint64_t id) {
  for (;;) pause();
  return id;
}

/// A process that owns a worker is killed. Returns how the worker ended; without an end of it the test hangs.
/// `own` runs in the owner and says which process the worker is. This process adopts the orphan, to wait for
/// it.
int end_of_an_orphan(const std::function<void(std::atomic<pid_t>& worker)>& own) {
  EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  internal::SharedArray<std::atomic<pid_t>> worker(1);
  internal::ChildProcess owner([&] {
    own(worker[0]);
    pause();
  });
  while (worker[0] == 0) std::this_thread::sleep_for(1ms);
  owner.kill();
  owner.wait();
  int status = 0;
  EXPECT_EQ(waitpid(worker[0], &status, 0), worker[0]);
  return status;
}

bool was_killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

/// Runs one item, which does not end, in a process of the executor.
template <class E>
void run_for_ever(std::atomic<pid_t>& worker) {
  E executor(
      [&](std::uint64_t id) {
        worker = getpid();
        return sleep_for_ever(id);
      },
      1);
  std::uint64_t result = 0;
  executor.run(ids_up_to(1), {&result, 1});
}

TEST_F(ProcessPoolTorture, IdleWorkersDieWithTheirParent) {
  EXPECT_TRUE(was_killed(end_of_an_orphan([](std::atomic<pid_t>& worker) {
    const ProcessPool pool(CountedItems::expected, 1);
    std::this_thread::sleep_for(20ms);
    worker = pool.worker_pids()[0];
    pause();
  })));
}

TEST_F(ProcessPoolTorture, BusyWorkersDieWithTheirParent) {
  EXPECT_TRUE(was_killed(end_of_an_orphan(run_for_ever<ProcessPool>)));
}

TEST_F(ProcessPoolTorture, AForkedItemDiesWithItsParent) {
  EXPECT_TRUE(was_killed(end_of_an_orphan(run_for_ever<ForkPerItem>)));
}

TEST_F(ProcessPoolTorture, AWorkerThatUndidTheDeathSignalLeavesByItself) {
  const int status = end_of_an_orphan([](std::atomic<pid_t>& worker) {
    ProcessPool pool(
        [&](std::uint64_t id) {
          prctl(PR_SET_PDEATHSIG, 0);
          worker = getpid();
          return id;
        },
        1);
    std::uint64_t result = 0;
    pool.run(ids_up_to(1), {&result, 1});
    pause();
  });
  EXPECT_TRUE(WIFEXITED(status));
}

}  // namespace
}  // namespace contend
