#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/spin_until.h"

namespace contend::internal {

/// Where threads sleep until another has changed what they wait for. One futex word:
///
/// | bits     | holds                                               | goes up | goes down       |
/// |----------|-----------------------------------------------------|---------|-----------------|
/// | 16 to 31 | sleepers: announced, no wake-up granted to them yet | sleep() | wake(), leave() |
/// | 0 to 15  | grants: wake-ups granted, taken by nobody yet       | wake()  | take(), leave() |
///
/// Sleepers plus grants is the number of threads inside sleep(), so one that leaves always finds something
/// of its own to take back. A waker turns a sleeper into a grant before its system call: those who come
/// after it do not pay for waking the same thread again while that one is still on its way. Which sleeper
/// takes a grant does not matter: it looks again, and takes what there is. Up to 65,535 threads.
///
/// The announcement and the change that is waited for are a store-load pair on both sides. The order
/// between change and has_sleepers(), and between announcement and blocked(), is the caller's to provide.
template <class P>
class Parking {
 public:
  bool has_sleepers(std::memory_order order) const noexcept { return word_.load(order) >= one_sleeper; }

  /// Wakes up to `count` sleepers: a system call where there is one, a load where not.
  [[gnu::noinline, gnu::cold]] void wake(std::size_t count) noexcept {
    std::uint32_t word = word_.load();
    std::uint32_t granted = 0;
    do {
      granted = static_cast<std::uint32_t>(std::min<std::size_t>(count, word / one_sleeper));
      if (granted == 0) return;
    } while (!word_.compare_exchange_weak(word, word - granted * one_sleeper + granted));
    P::wake(word_, static_cast<int>(granted));
  }

  void wake_all() noexcept { wake(std::numeric_limits<std::size_t>::max()); }

  /// Wakes one sleeper, unless a grant is on its way: who takes that one looks again, and passes on.
  void pass_on() noexcept {
    if (word_.load() % one_sleeper == 0) wake(1);
  }

  /// Calls attempt() until it returns true, is_over() does, or the deadline has passed; attempt() is called
  /// once after either. Spins for a while, then sleeps for as long as blocked(), which is called after the
  /// announcement, returns true.
  template <class Attempt, class IsOver, class Blocked>
  void await(Deadline deadline, Attempt attempt, IsOver is_over, Blocked blocked) {
    if (attempt() || deadline.has_passed()) return;
    if (!is_over() && spin(attempt)) return;
    for (bool goes_on = true; goes_on;) {
      goes_on = !is_over() && sleep(deadline, blocked);
      if (attempt()) return;
    }
  }

 private:
  static constexpr std::uint32_t one_sleeper = 1U << 16;
  /// About what it costs to fall asleep and to be woken, without the way there.
  static constexpr int short_spin = 100;
  static constexpr std::uint32_t waits_per_probe = 16;

  /// Long, as long as a wake-up takes, if the last wait ended in its spin; otherwise an oversubscribed CPU has
  /// better things to do. The long one is tried again every now and then: two threads that wait for each
  /// other, and sleep, would find each other asleep for ever.
  template <class Attempt>
  bool spin(Attempt attempt) {
    // Relaxed, here and below: a wrong number costs time only.
    const std::uint32_t in_vain = spins_in_vain_.load(std::memory_order_relaxed);
    const bool is_long = in_vain % waits_per_probe == 0;
    if (!spin_until<P>(attempt, is_long ? P::longest_spin : short_spin)) {
      spins_in_vain_.store(in_vain + 1, std::memory_order_relaxed);
      return false;
    }
    if (in_vain != 0) spins_in_vain_.store(0, std::memory_order_relaxed);
    return true;
  }

  /// False where the deadline passed first.
  template <class Blocked>
  bool sleep(Deadline deadline, Blocked blocked) {
    std::uint32_t word = word_.fetch_add(one_sleeper) + one_sleeper;
    if (!blocked()) {
      leave();
      return true;
    }
    while (!take(word)) {
      if (P::wait(word_, word, deadline) == FutexResult::timed_out) {
        leave();
        return false;
      }
    }
    return true;
  }

  /// Takes a grant if there is one; `word` is what was last seen.
  bool take(std::uint32_t& word) noexcept {
    word = word_.load();
    while (word % one_sleeper != 0) {
      if (word_.compare_exchange_weak(word, word - 1)) return true;
    }
    return false;
  }

  /// Takes back the announcement; where all have become grants, one of those.
  void leave() noexcept {
    std::uint32_t word = word_.load();
    while (!word_.compare_exchange_weak(word, word - (word >= one_sleeper ? one_sleeper : 1))) {
    }
  }

  typename P::Word word_{0};
  typename P::Word spins_in_vain_{0};  // in a row
};

}  // namespace contend::internal
