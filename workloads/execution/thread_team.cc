#include "workloads/execution/thread_team.h"

#include <pthread.h>

#include <ctime>
#include <exception>

#include "workloads/execution/pin.h"

namespace contend::workloads {

ThreadTeam::~ThreadTeam() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void ThreadTeam::start(unsigned count, std::span<const int> cpus, Body body) {
  for (unsigned id = 0; id < count; ++id) {
    const int cpu = cpus.empty() ? -1 : cpus[id % cpus.size()];
    threads_.emplace_back([this, id, cpu, body] {
      try {
        if (cpu >= 0) pin_this_thread(cpu);
        body(id);
      } catch (const std::exception& error) {
        fail(id, error.what());
      }
    });
  }
}

void ThreadTeam::fail(unsigned id, const std::string& why) {
  if (failing_.exchange(true)) return;
  failure_ = "worker " + std::to_string(id) + " failed: " + why;
  failed_ = true;
}

double ThreadTeam::cpu_seconds() const {
  double sum = 0;
  for (const std::thread& thread : threads_) {
    clockid_t clock{};
    timespec used{};
    auto handle = const_cast<std::thread&>(thread).native_handle();
    if (pthread_getcpuclockid(handle, &clock) != 0 || clock_gettime(clock, &used) != 0) continue;
    sum += static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
  }
  return sum;
}

void ThreadTeam::check() {
  if (failed_) throw TeamError(failure_);
}

void ThreadTeam::join() {
  for (std::thread& thread : threads_) thread.join();
  check();
}

}  // namespace contend::workloads
