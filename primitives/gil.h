#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "primitives/baton.h"
#include "primitives/condition.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/system_condition.h"
#include "primitives/lock.h"
#include "primitives/rlock.h"

namespace contend {

/// The knobs of a Gil. As they stand, CPython 3's.
struct GilRules {
  std::uint32_t interval_us = 5000;  // how long a waiter is patient before it asks for the lock
  std::uint32_t poll_every = 1;      // checkpoints from one look at the request to the next
  bool by_request = true;            // false: dropped at every look, whether or not anybody waits
  bool forced = true;                // who gives way waits until another has taken it
  std::uint32_t domains = 1;         // interpreters in the process, each with its own lock; 0: free-threaded
};

inline constexpr GilRules python3_gil{};

/// CPython 2's: dropped every 100 bytecodes, about every four checkpoints, and taken back at once if nobody else is quick
/// enough.
inline constexpr GilRules python2_gil{.poll_every = 4, .by_request = false, .forced = false};

inline constexpr GilRules free_threaded{.domains = 0};

/// A model of CPython's global interpreter lock, to see what it does to a program: one thread computes at a time, a
/// thread that waits lets go, and one that computes gives way when another has asked for an interval.
///
/// For experiments. Not for protecting anything: a Lock is cheaper and is not taken back by whoever computes.
/// Guarantees: mutual exclusion; what was done before drop() is visible after the next take(). By request and
/// forced: who gives way does not get it back before another has had it; which of the waiters that is, the kernel
/// decides. Otherwise a thread may overtake one that is still waking up, again and again.
/// Progress: blocking. Errors: drop() while nobody holds it is std::system_error(operation_not_permitted).
/// Cost: an uncontended drop and take is two pairs of mutex operations; a poll without a request is one load. A
/// drop with waiters is one system call; a waiter's wait is one for each interval.
/// Source: take_gil() and drop_gil() of CPython 3.11, Python/ceval_gil.h (A. Pitrou, 2009). Its two mutexes are one
/// here, so that dropping the lock and beginning to wait for the switch are one step. It sleeps and wakes by the system's
/// mutex and condition, as an interpreter does: ours have a lone waiter spin, which then overtakes whoever is about to
/// take the lock back after a short wait, and a convoy has fewer fast trips than CPython's.
///
/// | held  | request | take()                                       | drop()                                 |
/// |-------|---------|----------------------------------------------|----------------------------------------|
/// | no    | no      | held by the caller                           | error                                  |
/// | yes   | no      | waits; after an interval without a switch: asks | free, wakes one                     |
/// | yes   | yes     | waits                                        | free, wakes one, waits for the switch  |
/// | no    | yes     | held by the caller, request withdrawn        | error                                  |
///
/// A request stands only while its author is in take(), so who waits for the switch waits for somebody.
template <class P, class Mutex = BasicLock<P>, class Sleepers = Condition<BasicLock<P>, P>>
class BasicGil final : public Baton {
 public:
  explicit BasicGil(GilRules rules = python3_gil) : rules_(rules) {}
  BasicGil(const BasicGil&) = delete;
  BasicGil& operator=(const BasicGil&) = delete;

  void take() override {
    const std::unique_lock guard(mutex_);
    while (held_) await_drop();
    held_ = true;
    // Relaxed: written under mutex_; the holder, who reads it without, may learn of it late.
    request_.store(0, std::memory_order_relaxed);
    if (last_holder_ == internal::current_thread_tag()) return;
    last_holder_ = internal::current_thread_tag();
    ++switches_;
    switched_.notify();
  }

  void drop() override {
    const std::unique_lock guard(mutex_);
    if (!held_) internal::throw_misuse(std::errc::operation_not_permitted, not_held);
    held_ = false;
    freed_.notify();
    if (!rules_.forced || !is_requested()) return;
    const void* const me = internal::current_thread_tag();
    switched_.wait([&] { return last_holder_ != me; });
  }

  void poll() override {
    if (++checkpoints_ < rules_.poll_every) return;
    checkpoints_ = 0;
    if (rules_.by_request && !is_requested()) return;
    drop();
    take();
  }

  /// By the holder: whether somebody asks for it, so that the next poll gives way.
  bool is_requested() const noexcept {
    // Relaxed: pairs with the store in await_drop(), and carries nothing.
    return request_.load(std::memory_order_relaxed) != 0;
  }

  /// How often it has gone from one thread to another.
  std::uint64_t switches() const {
    const std::unique_lock guard(mutex_);
    return switches_;
  }

 private:
  static constexpr const char* not_held = "Gil::drop: nobody holds it; take it first";

  void await_drop() {
    if (!rules_.by_request) return freed_.wait();
    const std::uint64_t seen = switches_;
    const bool woken = freed_.wait_for(std::chrono::microseconds(rules_.interval_us));
    // Relaxed, as in take().
    if (!woken && held_ && switches_ == seen) request_.store(1, std::memory_order_relaxed);
  }

  const GilRules rules_;
  mutable Mutex mutex_;
  Sleepers freed_{mutex_};
  Sleepers switched_{mutex_};
  typename P::template Atomic<std::uint32_t> request_{0};
  // The rest is guarded by mutex_, but for the last, which is the holder's.
  bool held_ = false;
  const void* last_holder_ = nullptr;
  std::uint64_t switches_ = 0;
  std::uint32_t checkpoints_ = 0;
};

using Gil = BasicGil<internal::ThreadPlatform, std::mutex, internal::SystemCondition>;

}  // namespace contend
