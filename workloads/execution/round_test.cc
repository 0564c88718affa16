#include "workloads/execution/round.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "workloads/execution/context_switches.h"

namespace contend::workloads {
namespace {

using namespace std::chrono_literals;

class Round : public ::testing::TestWithParam<TeamKind> {
 protected:
  RoundPlan plan(unsigned workers) const { return {GetParam(), workers, {}, 20ms}; }
};

void count_until_stopped(Worker& worker) {
  Tally tally(worker);
  do {
    std::this_thread::sleep_for(50us);
  } while (tally.one());
}

TEST_P(Round, CountsWhatEveryWorkerDoesInTheWindow) {
  const RoundResult result = run_round(plan(3), count_until_stopped);
  EXPECT_GE(result.seconds, 0.020);
  ASSERT_EQ(result.workers.size(), 3U);
  for (const WorkerResult& worker : result.workers) {
    EXPECT_GE(worker.in_all, worker.in_window);
    EXPECT_GT(worker.in_all, 0U);
  }
}

TEST_P(Round, SeesTheGapOfAWorkerThatStops) {
  const RoundResult result = run_round(plan(1), [](Worker& worker) {
    Tally tally(worker);
    tally.one();
    while (worker.running()) std::this_thread::sleep_for(1ms);
  });
  EXPECT_GE(result.workers[0].longest_gap_ns, 15'000'000U);
}

TEST(Gap, IsNoneBeforeTheWindow) {
  RoundControl control;
  Worker worker(0, 1, control);
  control.window_begin_ns = now_ns() + 3'600'000'000'000;
  worker.note_progress(1);
  EXPECT_EQ(worker.longest_gap_ns(), 0U);
}

TEST_P(Round, CountsTheContextSwitchesOfEveryWorker) {
  const RoundResult result = run_round(plan(2), [](Worker& worker) {
    // A sleep that is over before the worker has gone to sleep is no switch: it sleeps until it has counted ten itself.
    const ContextSwitches before = context_switches();
    while (worker.id() == 0 && (context_switches() - before).voluntary < 10)
      std::this_thread::sleep_for(100us);
  });
  EXPECT_GE(result.workers[0].switches.voluntary, 10U);
  EXPECT_LT(result.workers[1].switches.voluntary, 10U);
}

TEST_P(Round, WaitsLongerForATeamThatHardlyMoves) {
  const RoundResult result = run_round(plan(1), [](Worker& worker) {
    Tally tally(worker);
    do {
      std::this_thread::sleep_for(1ms);
    } while (tally.one());
  });
  // Or as long as any team is waited for: each of its sleeps may take six times as long.
  EXPECT_TRUE(result.workers[0].in_window >= 64 || result.seconds >= 0.4);
}

TEST_P(Round, EndsThoughNothingEverHappens) {
  const RoundResult result = run_round(plan(1), [](Worker& worker) {
    while (worker.running()) std::this_thread::sleep_for(1ms);
  });
  EXPECT_EQ(result.workers[0].in_window, 0U);
  EXPECT_GE(result.seconds, 0.4);
}

TEST_P(Round, CollectsTheWaitsOfAllWorkers) {
  const RoundResult result = run_round(plan(2), [](Worker& worker) {
    WaitProbe probe(worker);
    for (int i = 0; i < 100; ++i) probe.timed([] { std::this_thread::sleep_for(10us); });
  });
  EXPECT_EQ(result.waits.count(), 200U);
  EXPECT_GE(result.waits.quantile(0.5, Weighting::per_operation).value(), 9'000);
}

TEST_P(Round, AnExceptionInAWorkerIsATeamError) {
  try {
    run_round(plan(2), [](Worker& worker) {
      if (worker.id() == 1) throw std::runtime_error("out of luck");
      count_until_stopped(worker);
    });
    FAIL() << "nothing was thrown";
  } catch (const TeamError& error) {
    EXPECT_STREQ(error.what() + std::string(error.what()).find("failed"), "failed: out of luck");
  }
}

INSTANTIATE_TEST_SUITE_P(Teams, Round, ::testing::Values(TeamKind::threads, TeamKind::processes),
                         [](const auto& kind) { return std::string(name_of(kind.param)); });

TEST(ProcessTeam, AKilledMemberIsATeamErrorAndTheOthersAreEnded) {
  EXPECT_THROW(
      {
        run_round({TeamKind::processes, 3, {}, 20ms}, [](Worker& worker) {
          if (worker.id() == 1) raise(SIGKILL);
          while (true) pause();  // never looks at the stop flag
        });
      },
      TeamError);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST(ProcessTeam, DiesWithItsLeader) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t leader = fork();
  ASSERT_GE(leader, 0);
  if (leader == 0) {
    close(pipe_ends[0]);
    run_round({TeamKind::processes, 2, {}, 60s}, [&](Worker&) {
      (void)!write(pipe_ends[1], "x", 1);
      while (true) pause();
    });
  }
  close(pipe_ends[1]);
  char started[2];
  for (ssize_t got = 0; got < 2;) {
    const ssize_t more = read(pipe_ends[0], started, sizeof started);
    ASSERT_GT(more, 0);
    got += more;
  }
  kill(leader, SIGKILL);
  waitpid(leader, nullptr, 0);
  // The members hold the other end of the pipe: it closes when the last of them is gone.
  EXPECT_EQ(read(pipe_ends[0], started, 1), 0);
  close(pipe_ends[0]);
}

}  // namespace
}  // namespace contend::workloads
