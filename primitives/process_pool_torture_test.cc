#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "primitives/executors.h"
#include "primitives/internal/child_process.h"
#include "primitives/internal/shared_memory.h"
#include "primitives/testing/executor_checks.h"
#include "primitives/testing/worker_killer.h"

// Processes are killed at random moments: every item must be accounted for, and nothing may be left behind.
namespace contend {
namespace {

using namespace std::chrono_literals;
using testing::CountedItems;
using testing::ids_up_to;

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

std::size_t resident_pages() {
  std::size_t size = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident;
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

using Calls = std::function<std::uint32_t(std::uint64_t id)>;

/// One batch of an account that goes over many: every item has its result or is reported as lost, and not both; and under
/// OnDeath::fail none was computed more often than there were batches.
::testing::AssertionResult is_accounted_for(const std::vector<std::uint64_t>& results,
                                            const std::vector<ItemFailure>& failures, OnDeath policy,
                                            std::uint32_t batches, const Calls& calls) {
  std::vector<bool> lost(results.size());
  for (const ItemFailure& failure : failures) lost[failure.index] = true;
  for (std::size_t index = 0; index < results.size(); ++index) {
    const auto failed = [&] { return ::testing::AssertionFailure() << "item " << index; };
    const std::uint64_t expected = lost[index] ? 0 : CountedItems::expected(index);
    if (results[index] != expected) {
      return failed() << (lost[index] ? " is reported as lost and has a result" : " is missing or wrong");
    }
    if (policy == OnDeath::fail && calls(index) > batches) return failed() << " was done twice";
  }
  return ::testing::AssertionSuccess();
}

struct Tally {
  std::size_t done = 0;
  std::size_t lost = 0;
  std::uint64_t deaths = 0;
  std::ptrdiff_t pages = 0;  // of memory that came to stay
};

/// Two seconds, or as many as CONTEND_TORTURE_SECONDS says.
std::chrono::seconds torture_time() {
  const char* const seconds = std::getenv("CONTEND_TORTURE_SECONDS");
  return seconds == nullptr ? 2s : std::chrono::seconds(std::stol(seconds));
}

/// Batches while a worker is killed each `pace`. Each item must have its result or be reported as lost, and must
/// have been computed as often as the policy allows.
Tally run_beside_a_killer(const ProcessPoolOptions& options, std::chrono::milliseconds pace) {
  const std::size_t memory = resident_pages();
  constexpr std::size_t batch_size = 500;
  CountedItems items(batch_size);
  ProcessPool pool(slow(items), 3, options);
  Tally tally;
  const testing::WorkerKiller killer(pool, pace);
  const auto end = std::chrono::steady_clock::now() + torture_time();
  // Who retries loses none; who does not loses one sooner or later, unless all were killed between two items.
  const auto is_enough = [&] {
    const bool has_lost = tally.lost > 0 || options.on_death == OnDeath::retry;
    return pool.deaths() >= (has_lost ? 10U : 1000U);
  };
  for (std::uint32_t batch = 1; std::chrono::steady_clock::now() < end || !is_enough(); ++batch) {
    const std::vector<std::uint64_t> ids = ids_up_to(batch_size);
    std::vector<std::uint64_t> results(batch_size, 0);
    const std::vector<ItemFailure> failures = pool.try_run(ids, results);
    for (const ItemFailure& failure : failures) {
      EXPECT_THROW(std::rethrow_exception(failure.error), BrokenWorker);
    }
    EXPECT_TRUE(is_accounted_for(results, failures, options.on_death, batch,
                                 [&](std::uint64_t id) { return items.calls(id); }))
        << "batch " << batch;
    tally.done += batch_size - failures.size();
    tally.lost += failures.size();
  }
  std::uint64_t calls = 0;
  for (std::size_t index = 0; index < batch_size; ++index) calls += items.calls(index);
  EXPECT_GE(calls, tally.done);
  tally.deaths = pool.deaths();
  tally.pages = static_cast<std::ptrdiff_t>(resident_pages()) - static_cast<std::ptrdiff_t>(memory);
  // What a death leaves behind would add up: a descriptor's table, a mapping, a stack.
  EXPECT_LT(tally.pages, 4096) << "after " << tally.deaths << " deaths";
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

/// A worker dies every so many milliseconds, as a mean.
class ProcessPoolUnderFire : public ProcessPoolTorture, public ::testing::WithParamInterface<int> {
 protected:
  Tally run(const ProcessPoolOptions& options) const {
    const Tally tally = run_beside_a_killer(options, std::chrono::milliseconds(GetParam()));
    std::cout << tally.done << " items done, " << tally.lost << " lost, " << tally.deaths
              << " workers killed, " << tally.pages << " pages of memory more\n";
    return tally;
  }
};

TEST_P(ProcessPoolUnderFire, NoItemIsMissingUnderRetry) {
  EXPECT_EQ(run({.on_death = OnDeath::retry, .max_deaths_per_item = 1000}).lost, 0U);
}

TEST_P(ProcessPoolUnderFire, NoItemIsDoneTwiceUnderFail) {
  const Tally tally = run({.on_death = OnDeath::fail});
  EXPECT_GT(tally.lost, 0U);
  EXPECT_LE(tally.lost, tally.deaths);
}

INSTANTIATE_TEST_SUITE_P(EveryMilliseconds, ProcessPoolUnderFire, ::testing::Values(2, 100),
                         ::testing::PrintToStringParamName());

/// Kills the workers that say in which item they are, as soon as they do. One place for each item.
class InFlightKiller {
 public:
  explicit InFlightKiller(internal::SharedArray<std::atomic<pid_t>>& in_flight)
      : thread_([&in_flight](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            for (std::size_t item = 0; item < in_flight.size(); ++item) {
              if (const pid_t pid = in_flight[item].exchange(0); pid > 0) kill(pid, SIGKILL);
            }
            std::this_thread::yield();
          }
        }) {}

 private:
  std::jthread thread_;
};

TEST_F(ProcessPoolTorture, AnItemWhoseWorkerDiesInItIsReportedByNameAndNoOther) {
  internal::SharedArray<std::atomic<pid_t>> in_flight(50);
  const auto function = [&](std::uint64_t id) {
    if (id % 10 == 3) {
      in_flight[id] = getpid();
      for (;;) pause();
    }
    return CountedItems::expected(id);
  };
  ProcessPool pool(function, 3, {.on_death = OnDeath::fail});
  const InFlightKiller killer(in_flight);
  std::vector<std::uint64_t> results(50, 0);
  const std::vector<ItemFailure> failures = pool.try_run(ids_up_to(50), results);
  ASSERT_EQ(failures.size(), 5U);
  for (std::size_t i = 0; i < failures.size(); ++i) {
    EXPECT_EQ(failures[i].index, 10 * i + 3);
    EXPECT_THROW(std::rethrow_exception(failures[i].error), BrokenWorker);
  }
  EXPECT_TRUE(is_accounted_for(results, failures, OnDeath::fail, 1, [](std::uint64_t) { return 1U; }));
}

TEST(ProcessPoolAccount, FindsAnItemThatIsMissingOneThatIsBothAndOneThatWasDoneTwice) {
  const std::vector<std::uint64_t> right = {CountedItems::expected(0), CountedItems::expected(1)};
  const std::vector<std::uint64_t> second_missing = {CountedItems::expected(0), 0};
  const std::vector<ItemFailure> second_lost = {{1, nullptr}};
  const Calls once = [](std::uint64_t) { return 1U; };
  const Calls twice = [](std::uint64_t) { return 2U; };
  EXPECT_TRUE(is_accounted_for(right, {}, OnDeath::fail, 1, once));
  EXPECT_TRUE(is_accounted_for(second_missing, second_lost, OnDeath::fail, 1, once));
  EXPECT_TRUE(is_accounted_for(right, {}, OnDeath::retry, 1, twice));
  EXPECT_FALSE(is_accounted_for(second_missing, {}, OnDeath::retry, 1, once));
  EXPECT_FALSE(is_accounted_for(right, second_lost, OnDeath::retry, 1, once));
  EXPECT_FALSE(is_accounted_for(right, {}, OnDeath::fail, 1, twice));
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
