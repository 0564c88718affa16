#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/internal/deadline.h"

namespace contend::internal {

/// Who may wait on the same word: threads of this process, or any process that has it mapped. Private futexes
/// are cheaper, because the kernel need not look up the page behind the address.
enum class FutexScope { process_private, process_shared };

enum class FutexResult { woken, timed_out };

/// Which sleepers on a word a wake is for: those that share a bit with it.
using FutexBits = std::uint32_t;
inline constexpr FutexBits any_sleeper = ~FutexBits{0};

/// Sleeps while `word` holds `expected`. Returns `woken` at a wake, at once if the word differs, and
/// spuriously (a signal, a requeue): callers look at their state again. The kernel compares and enqueues in
/// one step under its bucket lock, so a wake that follows a change of the word is not lost. Throws
/// std::system_error where the kernel refuses the call itself.
FutexResult futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline,
                       FutexScope scope, FutexBits bits = any_sleeper);

/// Wakes up to `count` waiters and returns how many. Reads nothing behind the address, so the object may
/// already be gone; a stale address wakes at most somebody who must tolerate spurious wake-ups anyway.
int futex_wake(const std::atomic<std::uint32_t>& word, int count, FutexScope scope,
               FutexBits bits = any_sleeper) noexcept;

}  // namespace contend::internal
