// What it costs to start a worker that has nothing to do and to wait for its end: a std::thread and join;
// fork, vfork and posix_spawn of true(1), each with waitpid. Nothing is bound to a CPU: the kernel places the
// newcomer as it would for anybody. fork copies page tables, so it grows with the memory of the process that
// forks, which is small here. Not measured: what a worker's first touch of its memory costs.

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>

#include "benchmarks/floor/floors.h"

namespace contend::benchmarks {
namespace {

void reap(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::system_category(), "waiting for a child process");
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("a child process failed");
}

pid_t started(pid_t child) {
  if (child < 0) throw std::system_error(errno, std::system_category(), "starting a process");
  return child;
}

void create_thread() {
  std::thread([] {}).join();
}

void create_by_fork() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  reap(started(child));
}

void create_by_vfork() {
  const pid_t child = vfork();
  if (child == 0) _exit(0);
  reap(started(child));
}

void create_by_posix_spawn() {
  char name[] = "true";
  char* const arguments[] = {name, nullptr};
  pid_t child = -1;
  const int error = posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environ);
  if (error != 0) throw std::system_error(error, std::system_category(), "posix_spawn of /bin/true");
  reap(child);
}

FloorCase creation_case(const char* what, void (*create_and_reap)()) {
  return {.name = std::string("floor/create_and_reap/what:") + what,
          .run = [create_and_reap](benchmark::State& state) {
            for (auto _ : state) create_and_reap();
          }};
}

}  // namespace

void register_create_and_reap(std::span<const int>, FloorCases& cases) {
  cases.push_back(creation_case("thread", create_thread));
  cases.push_back(creation_case("fork", create_by_fork));
  cases.push_back(creation_case("vfork", create_by_vfork));
  cases.push_back(creation_case("posix_spawn", create_by_posix_spawn));
}

}  // namespace contend::benchmarks
