#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"
#include "primitives/lock.h"
#include "primitives/thread.h"

namespace contend {

/// Calls functions once, each after a time of its own, all on one thread.
///
/// For many timers, and for time-outs that are mostly cancelled. Not for functions that take long or wait:
/// they hold up all that come after them (hand them to a pool).
///
/// Guarantees: never early, by the steady clock (a time of another clock is converted once, when it is scheduled, to
/// within a microsecond); in the order of their times, and among equal times of scheduling. An exception that leaves
/// a function goes to the exception hook. Destroying the queue drops what is pending, and waits for a call that has
/// begun; a function must not destroy its own queue. All members may be called from anywhere, functions included.
/// Cost: a lock, a hash table's entry and a place in a heap: O(log n) to schedule, O(1) to cancel, which
/// leaves its place in the heap behind until it comes up or half of the heap is such places. A system call
/// only where the new time is the earliest of all. Source: a binary heap with cancelled places left in it, as in
/// Python's asyncio.
class TimerQueue {
 public:
  /// Names one call, within its queue. Never used again.
  enum class Id : std::uint64_t {};

  /// `name` is the thread's.
  explicit TimerQueue(std::string name = "TimerQueue");
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  ~TimerQueue();

  /// Calls function(args...), copies of both, after `interval`; at once if that is zero or less, never if it
  /// is beyond the clock's range.
  template <class Rep, class Period, class F, class... Args>
  Id schedule(const std::chrono::duration<Rep, Period>& interval, F&& function, Args&&... args) {
    return add(internal::Deadline::after(interval),
               bind(std::forward<F>(function), std::forward<Args>(args)...));
  }

  /// The same at a time of any clock, which is converted to the steady one here: a clock that is set afterwards does
  /// not change it.
  template <class Clock, class Duration, class F, class... Args>
  Id schedule(const std::chrono::time_point<Clock, Duration>& when, F&& function, Args&&... args) {
    return add(internal::Deadline::at(when), bind(std::forward<F>(function), std::forward<Args>(args)...));
  }

  /// True: the call will not happen. False: it has happened, is happening, or has been cancelled before.
  bool cancel(Id id);

  /// How many calls are still to come.
  std::size_t pending() const;

 private:
  using Call = std::function<void()>;
  struct Entry {
    std::chrono::steady_clock::time_point when;
    std::uint64_t id;

    bool operator>(const Entry& other) const {
      return when != other.when ? when > other.when : id > other.id;
    }
  };

  template <class F, class... Args>
  static Call bind(F&& function, Args&&... args) {
    return [f = std::decay_t<F>(std::forward<F>(function)),
            ... held = std::decay_t<Args>(std::forward<Args>(args))]() mutable {
      std::invoke(std::move(f), std::move(held)...);
    };
  }

  Id add(internal::Deadline when, Call call);
  void run();
  Call take_first();
  void drop_cancelled();

  mutable Lock lock_;
  bool ending_ = false;
  std::uint64_t last_id_ = 0;
  std::vector<Entry> heap_;                        // the earliest in front
  std::unordered_map<std::uint64_t, Call> calls_;  // what is in the heap and not here has been cancelled
  internal::ThreadPlatform::Word changes_{0};      // the thread sleeps on it; counts what must wake it
  Thread thread_;
};

}  // namespace contend
