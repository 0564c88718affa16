#include "primitives/internal/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>

namespace contend::internal {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

int operation(int op, FutexScope scope) {
  return scope == FutexScope::process_private ? op | FUTEX_PRIVATE_FLAG : op;
}

timespec to_timespec(Deadline deadline) {
  using namespace std::chrono;
  // A steady_clock before its epoch cannot be, but a caller's time point may name one; the kernel refuses it.
  const auto since = std::max(deadline.when().time_since_epoch(), Deadline::Clock::duration::zero());
  const auto whole = duration_cast<seconds>(since);
  return {.tv_sec = whole.count(), .tv_nsec = duration_cast<nanoseconds>(since - whole).count()};
}

}  // namespace

FutexResult futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline,
                       FutexScope scope, FutexBits bits) {
  timespec until{};
  if (!deadline.is_never()) until = to_timespec(deadline);
  // The bitset form is the one that takes an absolute time, on CLOCK_MONOTONIC.
  const long result = syscall(SYS_futex, &word, operation(FUTEX_WAIT_BITSET, scope), expected,
                              deadline.is_never() ? nullptr : &until, nullptr, bits);
  if (result == 0 || errno == EAGAIN || errno == EINTR) return FutexResult::woken;
  if (errno == ETIMEDOUT) return FutexResult::timed_out;
  throw std::system_error(errno, std::system_category(), "futex wait");
}

int futex_wake(const std::atomic<std::uint32_t>& word, int count, FutexScope scope, FutexBits bits) noexcept {
  const long woken =
      syscall(SYS_futex, &word, operation(FUTEX_WAKE_BITSET, scope), count, nullptr, nullptr, bits);
  return woken < 0 ? 0 : static_cast<int>(woken);
}

}  // namespace contend::internal
