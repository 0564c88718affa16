#include "workloads/execution/cpu_time.h"

#include <sys/resource.h>
#include <time.h>

#include "workloads/execution/family.h"

namespace contend::workloads {
namespace {

using std::chrono::nanoseconds;

nanoseconds read_clock(clockid_t clock) {
  timespec used{};
  if (clock_gettime(clock, &used) != 0) return nanoseconds(0);
  return std::chrono::seconds(used.tv_sec) + nanoseconds(used.tv_nsec);
}

/// A child that ended meanwhile counts as nothing here, and as reaped later.
nanoseconds cpu_time_of(pid_t process) {
  clockid_t clock{};
  return clock_getcpuclockid(process, &clock) == 0 ? read_clock(clock) : nanoseconds(0);
}

nanoseconds cpu_time_of_reaped_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto duration = [](timeval time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return duration(usage.ru_utime) + duration(usage.ru_stime);
}

}  // namespace

nanoseconds family_cpu_time(std::span<const pid_t> except) {
  nanoseconds total = read_clock(CLOCK_PROCESS_CPUTIME_ID) + cpu_time_of_reaped_children();
  for (const pid_t child : living_children(except)) total += cpu_time_of(child);
  return total;
}

}  // namespace contend::workloads
