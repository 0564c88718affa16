#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"

namespace contend::internal {

/// How many tasks wait, up to a bound; who would add another one waits until one has left. Without a bound it
/// does nothing.
///
/// Nobody waits for ever: who waits has announced itself before it reads the number that it sleeps on, and
/// who takes a task away looks for announcements after it has changed that number.
class Backlog {
 public:
  /// 0: no bound.
  explicit Backlog(std::uint32_t bound) : bound_(bound) {}

  /// Counts one more. False: none has left until the deadline.
  bool enter(Deadline deadline) {
    if (bound_ == 0 || try_enter()) return true;
    if (deadline.has_passed()) return false;
    awaiting_.fetch_add(1);
    const bool entered = await_room(deadline);
    awaiting_.fetch_sub(1);
    return entered;
  }

  /// Counts more without asking: the parts of one batch.
  void add(std::uint32_t count) {
    if (bound_ != 0) waiting_.fetch_add(count);
  }

  void leave(std::uint32_t count = 1) {
    if (bound_ == 0 || count == 0) return;
    waiting_.fetch_sub(count);
    if (awaiting_.load() != 0) ThreadPlatform::wake(waiting_, static_cast<int>(count));
  }

 private:
  bool try_enter() {
    std::uint32_t waiting = waiting_.load();
    while (waiting < bound_) {
      if (waiting_.compare_exchange_weak(waiting, waiting + 1)) return true;
    }
    return false;
  }

  bool await_room(Deadline deadline) {
    for (;;) {
      const std::uint32_t waiting = waiting_.load();
      if (try_enter()) return true;
      if (waiting < bound_) continue;
      if (ThreadPlatform::wait(waiting_, waiting, deadline) == FutexResult::timed_out) return try_enter();
    }
  }

  const std::uint32_t bound_;
  ThreadPlatform::Word waiting_{0};
  std::atomic<std::uint32_t> awaiting_{0};
};

}  // namespace contend::internal
