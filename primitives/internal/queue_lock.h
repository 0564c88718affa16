#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/spin_wait.h"
#include "primitives/internal/thread_cache.h"

namespace contend::internal {

/// The two forms of a lock in which each acquisition needs a place of its own, a `Seat`: through a Handle,
/// which has one and belongs to one worker, and plain, with a seat that the thread keeps for its next
/// acquisition.
///
/// `Core` is the algorithm: `enter(Seat&)`, `try_enter(Seat&)`, `leave(Seat&)`, which frees the lock and then
/// touches it no more, `is_locked()`, and the texts for misuse. Where it has `enter_until(Seat&, give_up)`,
/// waiters can leave its queue, and the timed forms wait in it; elsewhere they poll.
template <class P, class Core>
class QueueLock {
 public:
  using Seat = typename Core::Seat;

  QueueLock() = default;
  QueueLock(const QueueLock&) = delete;
  QueueLock& operator=(const QueueLock&) = delete;
  ~QueueLock() {
    if (costly_checks && is_locked()) die_of_misuse(Core::destroyed_while_locked);
  }

  /// Throws std::bad_alloc where there is no memory for a seat, which a thread asks for once.
  void lock() {
    std::unique_ptr<Seat> seat = ThreadCache<Seat>::take();
    core_.enter(*seat);
    sit_down(std::move(seat));
  }

  bool try_lock() {
    return try_with([this](Seat& seat) { return core_.try_enter(seat); });
  }

  /// Waits for at most `timeout`; zero or less is one attempt. False: not locked.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return try_with([&](Seat& seat) { return enter_for(core_, seat, timeout); });
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return try_with([&](Seat& seat) { return enter_at(core_, seat, when); });
  }

  void unlock() {
    // Relaxed: written by the holder; whoever unlocks for it has heard of that in an order of its own.
    Seat* const seat = seat_.load(std::memory_order_relaxed);
    if (seat == nullptr) throw_misuse(std::errc::operation_not_permitted, Core::not_locked);
    seat_.store(nullptr, std::memory_order_relaxed);
    core_.leave(*seat);
    ThreadCache<Seat>::give(std::unique_ptr<Seat>(seat));
  }

  /// A hint: by the time the caller looks at it, it may have changed.
  bool is_locked() const noexcept { return core_.is_locked(); }

  /// What one worker locks through. Only the handle that locked unlocks; it may move to another thread
  /// meanwhile, and must be destroyed before the lock. Destroying it while it holds the lock ends the process.
  class Handle {
   public:
    explicit Handle(QueueLock& lock) : core_(lock.core_) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
      if (holds_) die_of_misuse(Core::handle_destroyed_while_it_holds);
    }

    void lock() {
      if (holds_) throw_misuse(std::errc::resource_deadlock_would_occur, Core::locked_by_this_handle);
      core_.enter(seat_);
      holds_ = true;
    }
    bool try_lock() {
      return try_with([this] { return core_.try_enter(seat_); });
    }
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
      return try_with([&] { return enter_for(core_, seat_, timeout); });
    }
    template <class Clock, class Duration>
    bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
      return try_with([&] { return enter_at(core_, seat_, when); });
    }
    void unlock() {
      if (!holds_) throw_misuse(std::errc::operation_not_permitted, Core::not_locked);
      holds_ = false;
      core_.leave(seat_);
    }

   private:
    template <class Attempt>
    bool try_with(Attempt attempt) {
      if (holds_ || !attempt()) return false;
      holds_ = true;
      return true;
    }

    Core& core_;
    Seat seat_;
    bool holds_ = false;
  };

 private:
  template <class Rep, class Period>
  static bool enter_for(Core& core, Seat& seat, const std::chrono::duration<Rep, Period>& timeout) {
    if (core.try_enter(seat)) return true;
    if (!(timeout > timeout.zero())) return false;
    const auto deadline = Deadline::after(timeout);
    return enter_or_give_up(core, seat, [deadline] { return deadline.has_passed(); });
  }

  template <class Clock, class Duration>
  static bool enter_at(Core& core, Seat& seat, const std::chrono::time_point<Clock, Duration>& when) {
    return core.try_enter(seat) || enter_or_give_up(core, seat, [&when] { return has_come(when); });
  }

  template <class GiveUp>
  static bool enter_or_give_up(Core& core, Seat& seat, GiveUp give_up) {
    if constexpr (requires { core.enter_until(seat, give_up); }) {
      return core.enter_until(seat, give_up);
    } else {
      SpinWait<P> wait;
      while (!give_up()) {
        wait.once();
        if (core.try_enter(seat)) return true;
      }
      return false;
    }
  }

  template <class Attempt>
  bool try_with(Attempt attempt) {
    std::unique_ptr<Seat> seat = ThreadCache<Seat>::take();
    const bool entered = attempt(*seat);
    if (entered) {
      sit_down(std::move(seat));
    } else {
      ThreadCache<Seat>::give(std::move(seat));
    }
    return entered;
  }

  void sit_down(std::unique_ptr<Seat> seat) noexcept {
    // Relaxed: see unlock().
    seat_.store(seat.release(), std::memory_order_relaxed);
  }

  Core core_;
  typename P::template Atomic<Seat*> seat_{nullptr};  // of the holder, where it came without a handle
};

}  // namespace contend::internal
