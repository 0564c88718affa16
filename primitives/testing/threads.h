#pragma once

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <concepts>
#include <csignal>
#include <fstream>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

// What the tests of waiting objects share: threads, processes, signals, and memory that goes away.
namespace contend::testing {

/// Runs `work(0)` to `work(count - 1)` at the same time, and returns when all have ended.
template <class Work>
void run_team(int count, Work work) {
  std::vector<std::jthread> team;
  for (int id = 0; id < count; ++id) team.emplace_back([id, &work] { work(id); });
}

/// fork(), but where there is no process to be had that is an exception: to kill -1 is to kill everybody.
inline pid_t forked() {
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
  return child;
}

/// Runs `work` in a forked process and returns its exit status: what `work` returned.
template <class Work>
pid_t start_process(Work work) {
  const pid_t child = forked();
  if (child == 0) _exit(work());
  return child;
}

/// The exit code, or -1 if it did not exit by itself.
inline int reap(pid_t child) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The code of the std::system_error that the function ends with, or none.
template <class Function>
std::error_code error_of(Function function) {
  try {
    function();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

/// Whether the thread with that number in the kernel, or the process of one thread, sleeps in a system call.
inline bool is_asleep(pid_t thread) {
  std::ifstream file("/proc/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(file, line);
  return line.find(") S ") != std::string::npos;
}

inline void await_asleep(pid_t thread) {
  while (!is_asleep(thread)) std::this_thread::yield();
}

/// Has a signal that interrupts system calls sent, again and again for about 10 ms.
template <class Send>
requires std::invocable<Send, int>
void disturb_with_signals(Send send) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, nullptr);
  for (int i = 0; i < 50; ++i) {
    send(SIGUSR1);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

/// To the thread with that number in the kernel.
inline void disturb_with_signals(pid_t thread) {
  disturb_with_signals([&](int signal) { tgkill(getpid(), thread, signal); });
}

/// To a thread of the standard library.
template <class Thread>
requires requires(Thread& thread) { thread.native_handle(); }
void disturb_with_signals(Thread& thread) {
  disturb_with_signals([&](int signal) { pthread_kill(thread.native_handle(), signal); });
}

/// An object alone in its page, which is unmapped with it: whoever touches it afterwards is killed.
template <class T>
class InItsOwnPage {
 public:
  template <class... Args>
  explicit InItsOwnPage(Args&&... args)
      : page_(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
        object_(new (page_) T(std::forward<Args>(args)...)) {}
  InItsOwnPage(const InItsOwnPage&) = delete;
  InItsOwnPage& operator=(const InItsOwnPage&) = delete;

  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }

  void destroy() {
    object_->~T();
    munmap(page_, sizeof(T));
  }

 private:
  void* page_;
  T* object_;
};

}  // namespace contend::testing
