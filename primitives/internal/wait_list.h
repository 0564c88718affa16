#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "primitives/internal/deadline.h"
#include "primitives/internal/futex.h"

namespace contend::internal {

/// Threads that sleep until somebody picks them, in order of arrival. It belongs to an object with a lock,
/// which is held for every function of the list itself. Waiter::sleep() and Picked::wake() come after it has
/// been released.
///
/// A waiter lives on its thread's stack, with a futex word of its own, so a wake reaches the thread it is
/// meant for and no other. wake() touches only waiters, never the list: a woken thread may destroy the
/// object.
///
/// | word   | listed | meaning                                                              |
/// |--------|--------|----------------------------------------------------------------------|
/// | asleep | yes    | waits to be picked; may leave by itself                              |
/// | asleep | no     | picked; the wake is on its way, the waiter must not go before it     |
/// | awake  | no     | the waker has finished with it                                       |
template <class P>
class WaitList {
 public:
  class Waiter {
   public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    /// Waits for a wake that is on its way, which is a matter of a few instructions of the waker.
    ~Waiter() { sleep(Deadline::never()); }

    /// Until it has been woken, or, false, the deadline has passed.
    bool sleep(Deadline deadline) noexcept {
      // Acquire pairs with the release in Picked::wake().
      while (word_.load(std::memory_order_acquire) == asleep) {
        if (P::wait(word_, asleep, deadline) == FutexResult::timed_out) return false;
      }
      return true;
    }

   private:
    friend class WaitList;

    typename P::Word word_{awake};
    bool listed_ = false;
    Waiter* previous_ = nullptr;
    Waiter* next_ = nullptr;
  };

  /// Who has been picked. They are out of the list, and asleep until wake().
  class [[nodiscard]] Picked {
   public:
    void wake() noexcept {
      while (first_ != nullptr) {
        Waiter& waiter = *first_;
        first_ = waiter.next_;
        // Release pairs with the acquire in sleep(). The waiter may be gone from here on: what follows only
        // names its address.
        waiter.word_.store(awake, std::memory_order_release);
        P::wake(waiter.word_, 1);
      }
    }

   private:
    friend class WaitList;
    explicit Picked(Waiter* first) : first_(first) {}

    Waiter* first_;
  };

  bool empty() const noexcept { return first_ == nullptr; }

  void add(Waiter& waiter) noexcept {
    // Relaxed: the list's lock publishes it.
    waiter.word_.store(asleep, std::memory_order_relaxed);
    waiter.listed_ = true;
    waiter.previous_ = last_;
    waiter.next_ = nullptr;
    (last_ == nullptr ? first_ : last_->next_) = &waiter;
    last_ = &waiter;
  }

  /// The waiter stops waiting. False: it had been picked.
  bool remove(Waiter& waiter) noexcept {
    if (!waiter.listed_) return false;
    (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) = waiter.next_;
    (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) = waiter.previous_;
    waiter.listed_ = false;
    // Relaxed: nobody else knows the waiter any more.
    waiter.word_.store(awake, std::memory_order_relaxed);
    return true;
  }

  /// The `count` that have waited longest, or all if there are fewer.
  Picked pick(std::size_t count) noexcept {
    Waiter* const oldest = first_;
    Waiter* last_picked = nullptr;
    for (; first_ != nullptr && count > 0; --count) {
      last_picked = first_;
      last_picked->listed_ = false;
      first_ = first_->next_;
    }
    if (last_picked == nullptr) return Picked(nullptr);
    last_picked->next_ = nullptr;
    (first_ == nullptr ? last_ : first_->previous_) = nullptr;
    return Picked(oldest);
  }

  Picked pick_all() noexcept { return pick(std::numeric_limits<std::size_t>::max()); }

  /// Waits with `guard` released until ready(), or, false, the deadline has passed. Returns, and calls
  /// ready(), with it locked. If a picked waiter leaves without what it was picked for, as when an exception
  /// stops it, its caller must pick another.
  template <class Guard, class Ready>
  bool await(Guard& guard, Deadline deadline, Ready ready) {
    for (bool in_time = true; !ready();) {
      if (!in_time || deadline.has_passed()) return false;
      Waiter self;
      add(self);
      guard.unlock();
      in_time = self.sleep(deadline);
      guard.lock();
      remove(self);
    }
    return true;
  }

 private:
  static constexpr std::uint32_t awake = 0;
  static constexpr std::uint32_t asleep = 1;

  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace contend::internal
