#include "primitives/internal/worker_supervisor.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include "primitives/internal/shared_memory.h"

namespace contend::internal {
namespace {

bool has_no_children() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

template <class Condition>
void await(Condition condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(ChildProcess, TellsHowTheChildEnded) {
  EXPECT_EQ(ChildProcess([] {}).wait().text(), "exited with status 0");
  EXPECT_EQ(ChildProcess([] { _exit(3); }).wait().text(), "exited with status 3");
  EXPECT_EQ(ChildProcess([] { raise(SIGKILL); }).wait().text(), "was killed by signal 9 (Killed)");
  EXPECT_TRUE(has_no_children());
}

TEST(ChildProcess, IsKilledAndReapedWithItsObject) {
  {
    const ChildProcess child([] { pause(); });
  }
  EXPECT_TRUE(has_no_children());
}

TEST(WorkerSupervisor, ReplacesWhoDies) {
  std::atomic<int> died{0};
  WorkerSupervisor supervisor(2, {.work = [](unsigned) { pause(); },
                                  .died =
                                      [&](unsigned worker, ExitStatus how) {
                                        EXPECT_EQ(worker, 1U);
                                        EXPECT_EQ(how.signal, SIGTERM);
                                        return ++died > 0;
                                      },
                                  .gave_up = [] {}});
  const std::vector<pid_t> before = supervisor.pids();
  kill(before[1], SIGTERM);
  await([&] { return supervisor.pids()[1] != before[1] && supervisor.pids()[1] != 0; });
  EXPECT_EQ(died.load(), 1);
  EXPECT_EQ(supervisor.deaths(), 1U);
  EXPECT_EQ(supervisor.pids()[0], before[0]);
}

TEST(WorkerSupervisor, GivesUpWhereNoWorkerComesToItsWork) {
  std::atomic<bool> gave_up{false};
  WorkerSupervisor supervisor(2, {.work = [](unsigned) { _exit(1); },
                                  .died = [](unsigned, ExitStatus) { return false; },
                                  .gave_up = [&] { gave_up = true; }});
  await([&] { return gave_up.load(); });
  EXPECT_TRUE(supervisor.has_given_up());
  EXPECT_GE(supervisor.deaths(), WorkerSupervisor::max_failed_starts);
  EXPECT_TRUE(has_no_children());
}

TEST(WorkerSupervisor, AWorkerIsNotBoundToTheThreadThatBuiltIt) {
  SharedArray<std::atomic<int>> starts(1);
  std::unique_ptr<WorkerSupervisor> supervisor;
  std::thread([&] {
    supervisor = std::make_unique<WorkerSupervisor>(
        1U, WorkerSupervisor::Duties{.work =
                                         [&](unsigned) {
                                           ++starts[0];
                                           pause();
                                         },
                                     .died = [](unsigned, ExitStatus) { return true; },
                                     .gave_up = [] {}});
  }).join();
  await([&] { return starts[0] == 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(supervisor->deaths(), 0U);
}

}  // namespace
}  // namespace contend::internal
