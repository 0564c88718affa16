#include "workloads/execution/process_team.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <system_error>

#include "workloads/execution/parked_thread.h"
#include "workloads/execution/pin.h"

namespace contend::workloads {
namespace {

constexpr int exit_after_exception = 1;

void end(pid_t pid, int pidfd) noexcept {
  kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  close(pidfd);
}

}  // namespace

ProcessTeam::~ProcessTeam() { end_all(); }

void ProcessTeam::end_all() noexcept {
  for (const Member& member : members_) end(member.pid, member.pidfd);
  members_.clear();
}

void ProcessTeam::start(unsigned count, std::span<const int> cpus, Body body) {
  if (count > max_members)
    throw TeamError("a team has at most " + std::to_string(max_members) + " processes");
  const pid_t parent = getpid();
  for (unsigned id = 0; id < count; ++id) {
    const int cpu = cpus.empty() ? -1 : cpus[id % cpus.size()];
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid == 0) be_member(id, cpu, body, parent);
    if (pid < 0)
      throw std::system_error(errno, std::system_category(), "cannot fork worker " + std::to_string(id));
    const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (pidfd < 0) {
      end(pid, pidfd);
      throw std::system_error(errno, std::system_category(), "pidfd_open");
    }
    members_.push_back({id, pid, pidfd});
  }
}

void ProcessTeam::be_member(unsigned id, int cpu, const Body& body, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);  // it died before the line above
  try {
    const ParkedThread parked;
    if (cpu >= 0) pin_this_thread(cpu);
    body(id);
  } catch (const std::exception& error) {
    auto& complaint = static_cast<Complaint*>(complaints_.data())[id];
    std::strncpy(complaint.text, error.what(), sizeof complaint.text - 1);
    _exit(exit_after_exception);
  }
  _exit(0);
}

double ProcessTeam::cpu_seconds() const {
  double sum = 0;
  for (const Member& member : members_) {
    clockid_t clock{};
    timespec used{};
    if (clock_getcpuclockid(member.pid, &clock) != 0 || clock_gettime(clock, &used) != 0) continue;
    sum += static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
  }
  return sum;
}

/// False: it still runs. Throws if it ended in any way but a clean exit.
bool ProcessTeam::reap(const Member& member, int flags) {
  siginfo_t info{};
  if (waitid(P_PIDFD, static_cast<id_t>(member.pidfd), &info, WEXITED | flags) != 0) {
    if (errno == EINTR) return false;
    throw std::system_error(errno, std::system_category(), "waitid");
  }
  if (info.si_pid == 0) return false;
  close(member.pidfd);
  const std::string who = "worker process " + std::to_string(member.id);
  if (info.si_code != CLD_EXITED)
    throw TeamError(who + " was killed by signal " + std::to_string(info.si_status));
  if (info.si_status == exit_after_exception) {
    throw TeamError(who + " failed: " + static_cast<const Complaint*>(complaints_.data())[member.id].text);
  }
  if (info.si_status != 0) throw TeamError(who + " left with exit code " + std::to_string(info.si_status));
  return true;
}

void ProcessTeam::check() {
  for (auto member = members_.begin(); member != members_.end();) {
    const Member seen = *member;
    member = members_.erase(member);
    if (!reap(seen, WNOHANG)) member = members_.insert(member, seen) + 1;
  }
}

void ProcessTeam::join() {
  std::vector<pollfd> ends;
  while (!members_.empty()) {
    ends.clear();
    for (const Member& member : members_) ends.push_back({member.pidfd, POLLIN, 0});
    if (poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR) {
      throw std::system_error(errno, std::system_category(), "poll");
    }
    check();
  }
}

}  // namespace contend::workloads
