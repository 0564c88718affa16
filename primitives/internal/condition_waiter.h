#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "primitives/internal/deadline.h"
#include "primitives/internal/futex.h"
#include "primitives/internal/spin_until.h"

namespace contend::internal {

/// How many of the waiters that were picked together may want the lock at a time: enough for the CPUs not to fall asleep
/// between one and the next, too few to fight for it. A platform may have its own, so that few make a crowd.
template <class P>
inline constexpr int most_under_way = [] {
  if constexpr (requires { P::most_under_way; }) {
    return P::most_under_way;
  } else {
    return 4;
  }
}();

/// A condition's waiter, on its thread's stack. First it stands in the condition's list; a notification picks
/// it together with those before it, and they become a chain of their own, of which only the first few are roused:
/// each that has the lock back leaves the chain and rouses the next. Everything but sleep() and rouse() happens
/// under the condition's lock.
///
/// | word     | meaning                        | sleep()           | rouse()              |
/// |----------|--------------------------------|-------------------|----------------------|
/// | spinning | the thread still looks         | becomes asleep    | becomes roused       |
/// | asleep   | the thread is in the kernel    | -                 | becomes roused, wakes |
/// | roused   | it may take the lock back      | returns           | -                    |
template <class P>
class ConditionWaiter {
 public:
  ConditionWaiter() = default;
  ConditionWaiter(const ConditionWaiter&) = delete;
  ConditionWaiter& operator=(const ConditionWaiter&) = delete;

  /// Until roused or the deadline has passed.
  void sleep(Deadline deadline) {
    // Acquire, here and below, pairs with the release in rouse().
    auto is_roused = [this] { return word_.load(std::memory_order_acquire) == roused; };
    if (spin_until<P>([&] { return is_roused() || deadline.has_passed(); }, spins_)) return;
    std::uint32_t expected = spinning;
    word_.compare_exchange_strong(expected, asleep, std::memory_order_acquire);
    while (!is_roused()) {
      if (P::wait(word_, asleep, deadline) == FutexResult::timed_out) return;
    }
  }

  /// By a thread that holds the lock, or that the waiter's thread waits for before it goes; wake() is called with the
  /// word of one that is asleep, which may be gone by then. True: it was asleep.
  template <class Wake>
  bool rouse(Wake wake) noexcept {
    // Release pairs with the acquire in sleep().
    const bool was_asleep = word_.exchange(roused, std::memory_order_release) == asleep;
    if (was_asleep) wake(word_);
    return was_asleep;
  }

  bool is_picked() const noexcept { return is_picked_; }

  /// Leaves its chain. If it was under way, the first that is not takes its place: all of those come later.
  template <class Wake>
  void pass_on(Wake wake) noexcept {
    if (previous_ != nullptr) previous_->next_ = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    if (!is_under_way_) return;
    ConditionWaiter* next = next_;
    while (next != nullptr && next->is_under_way_) next = next->next_;
    if (next != nullptr) next->set_under_way(wake);
  }

 private:
  template <class>
  friend class ConditionWaiters;

  static constexpr std::uint32_t spinning = 0;
  static constexpr std::uint32_t asleep = 1;
  static constexpr std::uint32_t roused = 2;

  template <class Wake>
  bool set_under_way(Wake wake) noexcept {
    is_under_way_ = true;
    return rouse(wake);
  }

  typename P::Word word_{spinning};
  int spins_ = 0;  // before it falls asleep
  bool is_picked_ = false;
  bool is_under_way_ = false;  // roused because it was picked, and still in its chain
  ConditionWaiter* previous_ = nullptr;
  ConditionWaiter* next_ = nullptr;
};

/// A condition's waiters that nobody has picked yet, in order of arrival. Under the condition's lock.
template <class P>
class ConditionWaiters {
 public:
  using Waiter = ConditionWaiter<P>;

  void add(Waiter& waiter) noexcept {
    waiter.previous_ = last_;
    waiter.spins_ = first_ == nullptr ? spins_of_first() : 0;
    (last_ == nullptr ? first_ : last_->next_) = &waiter;
    last_ = &waiter;
  }

  void remove(Waiter& waiter) noexcept {
    (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) = waiter.next_;
    (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) = waiter.previous_;
  }

  /// Picks those who came first, at most `count`, and rouses the first few of them.
  template <class Wake>
  void pick(std::ptrdiff_t count, Wake wake) noexcept {
    Waiter* const oldest = first_;
    Waiter* last_picked = nullptr;
    for (; first_ != nullptr && count > 0; --count) {
      last_picked = first_;
      last_picked->is_picked_ = true;
      first_ = last_picked->next_;
    }
    if (last_picked == nullptr) return;
    last_picked->next_ = nullptr;
    (first_ == nullptr ? last_ : first_->previous_) = nullptr;
    sleeps_in_a_row_ = oldest->set_under_way(wake) ? sleeps_in_a_row_ + 1 : 0;
    Waiter* next = oldest->next_;
    for (int others = most_under_way<P> - 1; others > 0 && next != nullptr; --others, next = next->next_) {
      next->set_under_way(wake);
    }
  }

 private:
  /// Who is alone spins for as long as a wake-up takes, if the last notification met a spinning waiter. Otherwise it
  /// sleeps at once, but tries again now and then, less and less often: two threads that wait for each other, and
  /// sleep, would find each other asleep for ever. Such a probe lasts longer, because the other must first wake up.
  int spins_of_first() const noexcept {
    constexpr std::uint32_t fewest_sleeps = 16;
    constexpr std::uint32_t most_sleeps = 1024;
    if (sleeps_in_a_row_ == 0) return P::longest_spin;
    const bool probes = sleeps_in_a_row_ % most_sleeps == 0 ||
                        (sleeps_in_a_row_ >= fewest_sleeps && std::has_single_bit(sleeps_in_a_row_));
    return probes ? 4 * P::longest_spin : 0;
  }

  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  std::uint32_t sleeps_in_a_row_ = 0;  // of waiters that were roused by a notification
};

}  // namespace contend::internal
