#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>
#include <stop_token>

#include "primitives/internal/asymmetric_fence.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/futex.h"
#include "primitives/internal/spin_until.h"

namespace contend::internal {

/// Tells the CPU that this is a spin loop: it frees the pipeline for the sibling hardware thread.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

/// What a primitive stands on: atomics, sleeping and waking, the ways of waiting awake, and being told to
/// stop. A template parameter, so that a test can put a scheduler of its own underneath.
template <FutexScope scope>
struct Platform {
  template <class T>
  using Atomic = std::atomic<T>;
  using Word = Atomic<std::uint32_t>;

  static FutexResult wait(const Word& word, std::uint32_t expected, Deadline deadline = Deadline::never(),
                          FutexBits bits = any_sleeper) {
    return futex_wait(word, expected, deadline, scope, bits);
  }
  static void wake(const Word& word, int count, FutexBits bits = any_sleeper) noexcept {
    futex_wake(word, count, scope, bits);
  }
  static void pause() noexcept { cpu_relax(); }
  static void yield() noexcept { sched_yield(); }
  template <class Callback>
  using StopCallback = std::stop_callback<Callback>;
  /// A store-load barrier that costs only the side that is about to sleep.
  static void light_fence() noexcept { AsymmetricFence<scope>::light(); }
  static void heavy_fence() noexcept { AsymmetricFence<scope>::heavy(); }

  /// How many pauses a wait may take before it sleeps.
  static constexpr int longest_spin = pauses_per_wake_up;

  /// Whether light_fence() keeps no more than the compiler in order, and heavy_fence() does the rest.
  static bool has_asymmetric_fence() noexcept { return AsymmetricFence<scope>::is_asymmetric(); }

  /// The one T of this process, there from its first instruction to its last.
  template <class T>
  static T& process_wide() noexcept {
    static constinit T object;
    return object;
  }

  static constexpr bool between_processes = scope == FutexScope::process_shared;
};

using ThreadPlatform = Platform<FutexScope::process_private>;
using SharedPlatform = Platform<FutexScope::process_shared>;

}  // namespace contend::internal
