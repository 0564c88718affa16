#include "workloads/execution/child_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>
#include <utility>

namespace contend::workloads {
namespace {

[[noreturn]] void run_in_child(pid_t parent, const std::function<void()>& body) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have ended before the line above; then nobody would send the signal.
  if (getppid() != parent) _exit(1);
  try {
    body();
    _exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child process %d: %s\n", static_cast<int>(getpid()), error.what());
    _exit(1);
  }
}

/// What is buffered would otherwise be written by both.
pid_t fork_flushed() {
  std::fflush(nullptr);
  return fork();
}

}  // namespace

ChildProcess::ChildProcess(const std::function<void()>& body) : parent_(getpid()), pid_(fork_flushed()) {
  if (pid_ == 0) run_in_child(parent_, body);
  if (pid_ < 0) throw std::system_error(errno, std::system_category(), "forking a child process");
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0 || getpid() != parent_) return;
  kill(pid_, SIGKILL);
  wait();
}

bool ChildProcess::wait() {
  int status = -1;
  const pid_t child = std::exchange(pid_, -1);
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace contend::workloads
