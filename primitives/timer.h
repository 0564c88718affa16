#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"
#include "primitives/lock.h"
#include "primitives/thread.h"

namespace contend {

namespace internal {

/// | word      | meaning                          | next               |
/// |-----------|----------------------------------|--------------------|
/// | waiting   | neither cancelled nor fired      | cancelled or fired |
/// | cancelled | will not call                    |                    |
/// | fired     | has called, or is about to       |                    |
class TimerState {
 public:
  explicit TimerState(std::chrono::steady_clock::duration interval) : interval_(interval) {}

  /// The interval begins here, unless the thread has begun before.
  void start(Thread& thread);
  /// True: the time has come. False: cancelled.
  bool await();
  /// False: has fired.
  bool cancel();
  bool has_fired() const;

 private:
  const std::chrono::steady_clock::duration interval_;
  Deadline deadline_ = Deadline::never();  // written before the thread starts
  ThreadPlatform::Word word_{0};
  Lock starting_;
};

}  // namespace internal

/// Calls a function once, after a time, on a thread of its own.
///
///   Timer reminder(30s, remind, user);
///   reminder.start();
///
/// For a few. Not for thousands at once, nor for time-outs that are nearly always cancelled: a TimerQueue
/// holds any number on one thread.
///
/// Guarantees: never early. cancel() before the time is up prevents the call; the function and its arguments
/// are then destroyed uncalled. An exception that leaves the function goes to the exception hook. Destroying
/// the object cancels it, and waits for a call that has begun.
/// Errors: as Thread's; start() once. An interval of zero or less fires at once, one of centuries or more
/// never.
/// Cost: a thread.
class Timer {
 public:
  template <class Rep, class Period, class F, class... Args>
  explicit Timer(const std::chrono::duration<Rep, Period>& interval, F&& function, Args&&... args)
      : state_(std::make_shared<internal::TimerState>(clamp(interval))),
        thread_({.name = "Timer"},
                [state = state_, call = std::tuple<std::decay_t<F>, std::decay_t<Args>...>(
                                     std::forward<F>(function), std::forward<Args>(args)...)]() mutable {
                  if (!state->await()) return;
                  std::apply([](auto&... parts) { std::invoke(std::move(parts)...); }, call);
                }) {}
  Timer(Timer&&) noexcept = default;
  Timer& operator=(Timer&&) = delete;
  ~Timer() {
    if (state_) cancel();
  }

  /// The interval begins here. A timer that has been cancelled before starts, and ends, without a call.
  void start() {
    const auto alive = state_;  // the call may come, and destroy the timer, before this returns
    state().start(thread_);
  }

  /// True: the function will not be called. False: it has been, or is being called.
  bool cancel() { return state().cancel(); }

  bool has_fired() const { return state().has_fired(); }
  /// Started, and neither cancelled nor through with the call.
  bool is_alive() const { return thread_.is_alive(); }

  /// Waits for the end: of the call, or the cancelling. Otherwise as Thread's.
  void join() { thread_.join(); }
  template <class Rep, class Period>
  bool try_join_for(const std::chrono::duration<Rep, Period>& timeout) {
    return thread_.try_join_for(timeout);
  }
  template <class Clock, class Duration>
  bool try_join_until(const std::chrono::time_point<Clock, Duration>& when) {
    return thread_.try_join_until(when);
  }

 private:
  using Interval = std::chrono::steady_clock::duration;

  internal::TimerState& state() const {
    if (!state_) {
      internal::throw_misuse(std::errc::invalid_argument, "Timer: moved from; use the one it was moved to");
    }
    return *state_;
  }

  /// In the clock's unit and range; what lies beyond is never.
  template <class Rep, class Period>
  static Interval clamp(const std::chrono::duration<Rep, Period>& interval) {
    const auto deadline = internal::Deadline::after(interval);
    if (deadline.is_never()) return Interval::max();
    return interval > interval.zero() ? std::chrono::ceil<Interval>(interval) : Interval::zero();
  }

  std::shared_ptr<internal::TimerState> state_;
  Thread thread_;
};

}  // namespace contend
