#pragma once

#include <chrono>

#include "primitives/internal/deadline.h"

namespace contend::internal {

/// One wait, awake, for a store of another thread: pauses while that may be a matter of nanoseconds, and from
/// then on gives its CPU to whoever else is ready to run, who may be the one it waits for.
template <class P>
class SpinWait {
 public:
  void once() noexcept {
    if (rounds_ == pauses_before_yield) return P::yield();
    ++rounds_;
    P::pause();
  }

 private:
  static constexpr int pauses_before_yield = 128;

  int rounds_ = 0;
};

/// Looks for `ready()` for as long as a wake-up through the kernel takes, and says whether it came. For a wait in which
/// there may be more threads awake than CPUs, and the one that is waited for among those without.
template <class P, class Ready>
bool yield_until(Ready ready) {
  constexpr int looks = 200;
  SpinWait<P> wait;
  for (int look = 0; look < looks; ++look) {
    if (ready()) return true;
    wait.once();
  }
  return false;
}

/// The timed forms of a lock whose waiters cannot leave its queue: they poll `Derived::try_lock()`, and so have no
/// place in the queue.
template <class Derived, class P>
class TimedByPolling {
 public:
  /// Waits for at most `timeout`; zero or less is one attempt. False: not locked.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    if (self().try_lock()) return true;
    const auto deadline = Deadline::after(timeout);
    return poll([deadline] { return deadline.has_passed(); });
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return self().try_lock() || poll([&when] { return has_come(when); });
  }

 protected:
  ~TimedByPolling() = default;

 private:
  Derived& self() { return static_cast<Derived&>(*this); }

  template <class GiveUp>
  bool poll(GiveUp give_up) {
    SpinWait<P> wait;
    while (!give_up()) {
      wait.once();
      if (self().try_lock()) return true;
    }
    return false;
  }
};

}  // namespace contend::internal
