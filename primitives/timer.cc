#include "primitives/timer.h"

#include <cstdint>
#include <mutex>

namespace contend::internal {
namespace {

constexpr std::uint32_t waiting = 0;
constexpr std::uint32_t cancelled = 1;
constexpr std::uint32_t fired = 2;

}  // namespace

void TimerState::start(Thread& thread) {
  const std::scoped_lock guard(starting_);
  if (thread.native_id() == 0) deadline_ = Deadline::after(interval_);
  thread.start();
}

bool TimerState::await() {
  while (word_.load() == waiting && !deadline_.has_passed()) ThreadPlatform::wait(word_, waiting, deadline_);
  std::uint32_t expected = waiting;
  return word_.compare_exchange_strong(expected, fired);
}

bool TimerState::cancel() {
  std::uint32_t expected = waiting;
  if (!word_.compare_exchange_strong(expected, cancelled)) return expected == cancelled;
  ThreadPlatform::wake(word_, 1);
  return true;
}

bool TimerState::has_fired() const { return word_.load() == fired; }

}  // namespace contend::internal
