#pragma once

#include <sched.h>

namespace contend::workloads {

/// Binds the calling thread to one CPU, numbered as the kernel does. Threads and processes that it starts
/// afterwards are born bound there too. Throws std::system_error where the CPU does not exist or is not
/// allowed.
void pin_this_thread(int cpu);

/// Binds the calling thread for the length of a scope and then gives back the CPUs it had.
class ScopedPin {
 public:
  explicit ScopedPin(int cpu);
  ~ScopedPin();
  ScopedPin(const ScopedPin&) = delete;
  ScopedPin& operator=(const ScopedPin&) = delete;

 private:
  cpu_set_t before_;
};

}  // namespace contend::workloads
