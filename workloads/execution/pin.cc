#include "workloads/execution/pin.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace contend::workloads {
namespace {

cpu_set_t allowed_cpus() {
  cpu_set_t cpus;
  if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) {
    throw std::system_error(errno, std::system_category(), "reading the CPUs that this thread may use");
  }
  return cpus;
}

}  // namespace

void pin_this_thread(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &only);
  if (sched_setaffinity(0, sizeof only, &only) != 0) {
    throw std::system_error(
        errno, std::system_category(),
        "binding a thread to CPU " + std::to_string(cpu) + "; is it one of the allowed CPUs?");
  }
}

ScopedPin::ScopedPin(int cpu) : before_(allowed_cpus()) { pin_this_thread(cpu); }

ScopedPin::~ScopedPin() { sched_setaffinity(0, sizeof before_, &before_); }

}  // namespace contend::workloads
