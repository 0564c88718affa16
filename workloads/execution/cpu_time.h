#pragma once

#include <sys/types.h>

#include <chrono>
#include <span>

namespace contend::workloads {

/// CPU time, user and system, that this process, its reaped children and its living children have used so
/// far. The living children in `except` are left out. Grandchildren count once they and their parents are
/// reaped. Living children are found in /proc; where it does not list them, they are missing. Some
/// microseconds a call.
std::chrono::nanoseconds family_cpu_time(std::span<const pid_t> except);

}  // namespace contend::workloads
