#include "workloads/execution/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "workloads/testing/killed_parent.h"

namespace contend::testing {
namespace {

using workloads::ChildProcess;

TEST(ChildProcess, RunsItsBodyElsewhere) {
  const pid_t parent = getpid();
  ChildProcess child([parent] {
    if (getpid() == parent || getppid() != parent) _exit(3);
  });
  EXPECT_TRUE(child.wait());
}

TEST(ChildProcess, AnExceptionIsAFailure) {
  ChildProcess child([] { throw std::runtime_error("planted"); });
  EXPECT_FALSE(child.wait());
}

TEST(ChildProcess, IsGoneAndReapedWithTheObject) {
  pid_t pid = -1;
  {
    const ChildProcess child([] { pause(); });
    pid = child.pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ChildProcess, ACopyInAnotherProcessDoesNotEndIt) {
  ChildProcess sleeper([] { pause(); });
  const pid_t other = fork();
  ASSERT_GE(other, 0);
  if (other == 0) {
    sleeper.~ChildProcess();
    _exit(0);
  }
  waitpid(other, nullptr, 0);
  EXPECT_EQ(waitpid(sleeper.pid(), nullptr, WNOHANG), 0) << "it has ended";
}

TEST(ChildProcess, DiesWithAKilledParent) {
  EXPECT_TRUE(nothing_outlives([] {
    const ChildProcess child([] { pause(); });
    pause();
  }));
}

}  // namespace
}  // namespace contend::testing
