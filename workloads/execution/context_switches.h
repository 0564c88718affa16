#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace contend::workloads {

/// How often a thread has left its CPU: because it waited, and because the scheduler gave the CPU to another.
struct ContextSwitches {
  std::uint64_t voluntary = 0;
  std::uint64_t involuntary = 0;

  ContextSwitches& operator+=(const ContextSwitches& other) {
    voluntary += other.voluntary;
    involuntary += other.involuntary;
    return *this;
  }
  friend ContextSwitches operator-(const ContextSwitches& after, const ContextSwitches& before) {
    return {after.voluntary - before.voluntary, after.involuntary - before.involuntary};
  }
};

/// Those of the calling thread so far. A system call.
inline ContextSwitches context_switches() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {static_cast<std::uint64_t>(usage.ru_nvcsw), static_cast<std::uint64_t>(usage.ru_nivcsw)};
}

}  // namespace contend::workloads
