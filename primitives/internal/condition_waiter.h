#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "primitives/internal/deadline.h"
#include "primitives/internal/futex.h"
#include "primitives/internal/spin_until.h"

namespace contend::internal {

/// A condition's waiter, on its thread's stack. First it stands in the condition's list; a notification picks
/// it together with those before it, and they become a chain of their own, in which only the first is roused:
/// when it has the lock back, it leaves the chain and rouses the next. Everything but sleep() and rouse()
/// happens under the condition's lock.
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
    if (spin_until<P>(is_roused, spins)) return;
    std::uint32_t expected = spinning;
    word_.compare_exchange_strong(expected, asleep, std::memory_order_acquire);
    while (!is_roused()) {
      if (P::wait(word_, asleep, deadline) == FutexResult::timed_out) return;
    }
  }

  /// By a thread that holds the lock, or that the waiter's thread waits for before it goes.
  void rouse() noexcept {
    // Release pairs with the acquire in sleep().
    if (word_.exchange(roused, std::memory_order_release) == asleep) P::wake(word_, 1);
  }

  bool is_picked() const noexcept { return is_picked_; }

  /// Leaves its chain. The first one rouses the next.
  void pass_on() noexcept {
    if (previous_ != nullptr) previous_->next_ = next_;
    if (next_ == nullptr) return;
    next_->previous_ = previous_;
    if (previous_ == nullptr) next_->rouse();
  }

 private:
  template <class>
  friend class ConditionWaiters;

  static constexpr std::uint32_t spinning = 0;
  static constexpr std::uint32_t asleep = 1;
  static constexpr std::uint32_t roused = 2;
  static constexpr int spins = 100;

  typename P::Word word_{spinning};
  bool is_picked_ = false;
  ConditionWaiter* previous_ = nullptr;
  ConditionWaiter* next_ = nullptr;
};

/// A condition's waiters that nobody has picked yet, in order of arrival.
template <class P>
class ConditionWaiters {
 public:
  using Waiter = ConditionWaiter<P>;

  void add(Waiter& waiter) noexcept {
    waiter.previous_ = last_;
    (last_ == nullptr ? first_ : last_->next_) = &waiter;
    last_ = &waiter;
  }

  void remove(Waiter& waiter) noexcept {
    (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) = waiter.next_;
    (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) = waiter.previous_;
  }

  /// Picks those who came first, at most `count`, and rouses the first of them.
  void pick(std::ptrdiff_t count) noexcept {
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
    oldest->rouse();
  }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace contend::internal
