#include <chrono>
#include <cstdint>

#include "benchmarks/registry.h"
#include "primitives/barrier.h"
#include "primitives/condition.h"
#include "primitives/event.h"
#include "primitives/future.h"
#include "primitives/lock.h"
#include "primitives/once.h"
#include "primitives/semaphore.h"
#include "primitives/thread.h"
#include "primitives/thread_local.h"
#include "primitives/timer.h"
#include "primitives/timer_queue.h"

namespace contend::benchmarks {
namespace {

class ConditionMonitor {
 public:
  static constexpr bool notifies_unlocked = false;

  void lock() { lock_.lock(); }
  void unlock() { lock_.unlock(); }
  template <class Predicate>
  void await(Predicate predicate) {
    condition_.wait(predicate);
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  Lock lock_;
  Condition<Lock> condition_{lock_};
};

class LocalNumber {
 public:
  std::uint64_t& get() { return value_.get(); }

 private:
  ThreadLocal<std::uint64_t> value_;
};

class TimerOfAQueue {
 public:
  std::uint64_t fire_after(std::chrono::nanoseconds interval) {
    std::uint64_t fired = 0;
    queue_.schedule(interval, [&] {
      fired = workloads::now_ns();
      has_fired_.set();
    });
    has_fired_.wait();
    has_fired_.clear();
    return fired;
  }
  void arm(std::chrono::nanoseconds interval) { armed_ = add(interval); }
  void disarm() { queue_.cancel(armed_); }
  TimerQueue::Id add(std::chrono::nanoseconds interval) {
    return queue_.schedule(interval, [] {});
  }

 private:
  TimerQueue queue_;
  TimerQueue::Id armed_{};
  Event has_fired_;
};

class TimerOfAThread {
 public:
  std::uint64_t fire_after(std::chrono::nanoseconds interval) {
    std::uint64_t fired = 0;
    Timer timer(interval, [&] { fired = workloads::now_ns(); });
    timer.start();
    timer.join();
    return fired;
  }
};

class PromiseAndFuture {
 public:
  std::uint64_t hand_over(std::uint64_t value) {
    promise_.set_result(value);
    return future_.get();
  }

 private:
  Promise<std::uint64_t> promise_;
  const Future<std::uint64_t> future_ = promise_.future();
};

class StartedThread {
 public:
  explicit StartedThread(void (*function)()) : thread_(function) { thread_.start(); }
  void join() { thread_.join(); }

 private:
  Thread thread_;  // which joins in its destructor
};

const SubjectFile file(SubjectFile::Kind::own, "contend", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.semaphore<Semaphore, SharedSemaphore>({.name = "Semaphore"});
  registry.event<Event, SharedEvent>({.name = "Event"});
  registry.condition<ConditionMonitor>({.name = "Condition", .note = "over Lock"});
  registry.barrier<Barrier, SharedBarrier>({.name = "Barrier"});
  registry.once<Once>({.name = "Once"});
  registry.local<LocalNumber>({.name = "ThreadLocal"});
  registry.timer<TimerOfAQueue>({.name = "TimerQueue", .note = "one thread for all"});
  registry.timer<TimerOfAThread>({.name = "Timer", .note = "a thread each"});
  registry.future<PromiseAndFuture>({.name = "Future"});
  registry.thread<StartedThread>({.name = "Thread"});
});

}  // namespace
}  // namespace contend::benchmarks
