#include "primitives/internal/asymmetric_fence.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "primitives/internal/thread_sanitizer.h"

namespace contend::internal {
namespace {

struct Commands {
  int enlist;
  int barrier;
};

template <FutexScope scope>
constexpr Commands commands =
    scope == FutexScope::process_private
        ? Commands{MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, MEMBARRIER_CMD_PRIVATE_EXPEDITED}
        : Commands{MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, MEMBARRIER_CMD_GLOBAL_EXPEDITED};

bool membarrier(int command) noexcept { return syscall(SYS_membarrier, command, 0, 0) == 0; }

}  // namespace

template <FutexScope scope>
constinit std::atomic<bool> AsymmetricFence<scope>::kernel_helps_ = false;

template <FutexScope scope>
bool AsymmetricFence<scope>::is_asymmetric() noexcept {
  // The one place that sets the flag, so that no light() is free before heavy() knows it has to ask the
  // kernel.
  static const bool enlisted = [] {
    const bool accepted = !under_thread_sanitizer && membarrier(commands<scope>.enlist);
    kernel_helps_ = accepted;
    return accepted;
  }();
  return enlisted;
}

template <FutexScope scope>
void AsymmetricFence<scope>::heavy() noexcept {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (!is_asymmetric()) return;
  if (membarrier(commands<scope>.barrier)) return;
  // Out of memory for the list of CPUs, or a fork that did not inherit the registration: the barrier that
  // needs neither takes milliseconds.
  if (membarrier(commands<scope>.enlist) && membarrier(commands<scope>.barrier)) return;
  if (membarrier(MEMBARRIER_CMD_GLOBAL)) return;
  std::perror("contend: membarrier is refused after it was granted; was a seccomp filter installed since?");
  std::terminate();
}

template class AsymmetricFence<FutexScope::process_private>;
template class AsymmetricFence<FutexScope::process_shared>;

namespace {

// While the process still has one thread: enlisting is then a few hundred nanoseconds.
[[maybe_unused]] const bool threads_enlisted = AsymmetricFence<FutexScope::process_private>::is_asymmetric();
[[maybe_unused]] const bool processes_enlisted = AsymmetricFence<FutexScope::process_shared>::is_asymmetric();

}  // namespace
}  // namespace contend::internal
