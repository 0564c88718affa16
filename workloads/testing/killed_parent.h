#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <system_error>
#include <thread>

namespace contend::testing {

/// Polls until `condition` holds; false after a time that only a hang reaches.
inline bool comes_true(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline bool has_a_child(pid_t process) {
  const std::string id = std::to_string(process);
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  pid_t child = 0;
  return static_cast<bool>(children >> child);
}

/// Runs `body` in a forked process, kills that process with SIGKILL as soon as it has a child, and returns
/// whether all its descendants then ended too. What is orphaned becomes this process's child, so that none is
/// overlooked.
inline bool nothing_outlives(const std::function<void()>& body) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t victim = fork();
  if (victim < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (victim == 0) {
    body();
    pause();
    _exit(0);
  }
  const bool had_a_child = comes_true([victim] { return has_a_child(victim); });
  kill(victim, SIGKILL);
  return had_a_child && comes_true([] {
           while (waitpid(-1, nullptr, WNOHANG) > 0) {
           }
           return waitpid(-1, nullptr, WNOHANG) < 0;
         });
}

}  // namespace contend::testing
