#include "primitives/internal/child_process.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace contend::internal {
namespace {

[[noreturn]] void run_in_child(pid_t parent, const std::function<void()>& body) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have died before the line above.
  if (getppid() != parent) _exit(0);
  signal(SIGINT, SIG_IGN);
  body();
  _exit(0);
}

ExitStatus status_of(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {.code = info.si_status};
  return {.signal = info.si_status};
}

}  // namespace

std::string ExitStatus::text() const {
  if (signal == 0) return "exited with status " + std::to_string(code);
  const char* description = sigdescr_np(signal);
  return "was killed by signal " + std::to_string(signal) +
         (description == nullptr ? "" : " (" + std::string(description) + ")");
}

ChildProcess::ChildProcess(const std::function<void()>& body) {
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (pid_ == 0) run_in_child(parent, body);
  // The number cannot have been given to another process meanwhile: only we reap the child.
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) {
    const int error = errno;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    throw std::system_error(error, std::system_category(),
                            "pidfd_open (needs Linux 5.4 and a free descriptor)");
  }
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), pidfd_(std::exchange(other.pidfd_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  kill();
  wait();
}

void ChildProcess::kill() const noexcept {
  if (pidfd_ >= 0) syscall(SYS_pidfd_send_signal, pidfd_, SIGKILL, nullptr, 0);
}

ExitStatus ChildProcess::wait() noexcept {
  siginfo_t info{};
  int result = 0;
  do {
    result = waitid(P_PIDFD, static_cast<id_t>(pidfd_), &info, WEXITED);
  } while (result != 0 && errno == EINTR);
  disown();
  // Somebody else reaped it (SIGCHLD is ignored, or a wait for any child): it is gone, and how is not known.
  return result == 0 ? status_of(info) : ExitStatus{.signal = SIGKILL};
}

void ChildProcess::disown() noexcept {
  if (pidfd_ >= 0) close(pidfd_);
  pidfd_ = -1;
  pid_ = 0;
}

}  // namespace contend::internal
