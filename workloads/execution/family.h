#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/execution/context_switches.h"

// This process and its living children, which are found in /proc; where it does not list them, they are missing. Some
// microseconds a call, but for memory. Those in `except` are left out.
namespace contend::workloads {

std::vector<pid_t> living_children(std::span<const pid_t> except);

/// So far, those of reaped children included: all threads of this process, and the living threads of its children.
ContextSwitches family_switches(std::span<const pid_t> except);

struct MemoryInUse {
  std::int64_t resident = 0;      // bytes; what processes share is counted in each
  std::int64_t proportional = 0;  // bytes; what n processes share is counted in each as its nth part
};

/// Walks all page tables: milliseconds. Zero where the kernel does not tell.
MemoryInUse family_memory(std::span<const pid_t> except);

}  // namespace contend::workloads
