#include "primitives/timer_queue.h"

#include <algorithm>
#include <mutex>

#include "primitives/exception_hook.h"

namespace contend {

TimerQueue::TimerQueue(std::string name)
    : thread_({.name = std::move(name), .daemon = true}, [this] { run(); }) {
  thread_.start();
}

TimerQueue::~TimerQueue() {
  {
    const std::scoped_lock guard(lock_);
    ending_ = true;
    changes_.fetch_add(1);
  }
  internal::ThreadPlatform::wake(changes_, 1);
  thread_.join();
}

TimerQueue::Id TimerQueue::add(internal::Deadline when, Call call) {
  bool is_first = false;
  std::uint64_t id = 0;
  {
    const std::scoped_lock guard(lock_);
    id = ++last_id_;
    heap_.push_back({when.when(), id});
    try {
      calls_.emplace(id, std::move(call));
    } catch (...) {
      heap_.pop_back();
      throw;
    }
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    is_first = heap_.front().id == id;
    if (is_first) changes_.fetch_add(1);
  }
  if (is_first) internal::ThreadPlatform::wake(changes_, 1);
  return Id{id};
}

bool TimerQueue::cancel(Id id) {
  decltype(calls_)::node_type cancelled;  // destroyed without the lock
  const std::scoped_lock guard(lock_);
  cancelled = calls_.extract(static_cast<std::uint64_t>(id));
  if (heap_.size() > 2 * calls_.size() + 64) drop_cancelled();
  return !cancelled.empty();
}

std::size_t TimerQueue::pending() const {
  const std::scoped_lock guard(lock_);
  return calls_.size();
}

void TimerQueue::run() {
  std::unique_lock guard(lock_);
  while (!ending_) {
    const auto next =
        heap_.empty() ? internal::Deadline::never() : internal::Deadline::at(heap_.front().when);
    if (next.has_passed()) {
      Call call = take_first();
      guard.unlock();
      try {
        if (call) call();
      } catch (...) {
        internal::report_current_exception("a function of TimerQueue \"" + thread_.name() + "\"");
      }
      call = nullptr;
      guard.lock();
    } else {
      const std::uint32_t seen = changes_.load();
      guard.unlock();
      internal::ThreadPlatform::wait(changes_, seen, next);
      guard.lock();
    }
  }
}

/// Empty where it has been cancelled.
TimerQueue::Call TimerQueue::take_first() {
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  const std::uint64_t id = heap_.back().id;
  heap_.pop_back();
  auto taken = calls_.extract(id);
  return taken.empty() ? Call() : std::move(taken.mapped());
}

void TimerQueue::drop_cancelled() {
  std::erase_if(heap_, [this](const Entry& entry) { return !calls_.contains(entry.id); });
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
}

}  // namespace contend
