#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

#include "benchmarks/subjects/our_kit.h"
#include "workloads/patterns/all.h"

// The tutorials' programs pass with our objects, and notice objects that do not do what they say: each fault is planted into a kit that is
// ours but for that.
namespace contend::benchmarks {
namespace {

using namespace workloads;

/// In one of many tries: whether two threads meet is a matter of luck.
bool notices(const std::function<void()>& pattern) {
  constexpr int tries = 1000;
  for (int i = 0; i < tries; ++i) {
    try {
      pattern();
    } catch (const CheckFailed&) {
      return true;
    }
  }
  return false;
}

TEST(Patterns, PassWithOurObjects) {
  for (const Pattern& pattern : patterns<OurKit>()) EXPECT_NO_THROW(pattern.run()) << pattern.name;
}

struct IdleThread {
  explicit IdleThread(const std::function<void()>& /*function*/) {}
  void start() {}
  void join() {}
};

struct KitWithIdleThread : OurKit {
  using Thread = IdleThread;
};

TEST(PlantedFault, ThreadThatDoesNotRun) {
  EXPECT_TRUE(notices(shared_counter<KitWithIdleThread>));
  EXPECT_TRUE(notices(nested_rlock<KitWithIdleThread>));
  EXPECT_TRUE(notices(rlock_counter<KitWithIdleThread>));
  EXPECT_TRUE(notices(limited_entry<KitWithIdleThread>));
  EXPECT_TRUE(notices(event_controller<KitWithIdleThread>));
  EXPECT_TRUE(notices(condition_handover<KitWithIdleThread>));
  EXPECT_TRUE(notices(queue_sentinel<KitWithIdleThread>));
  EXPECT_TRUE(notices(bounded_queue<KitWithIdleThread>));
  EXPECT_TRUE(notices(thread_local_values<KitWithIdleThread>));
  EXPECT_TRUE(notices(ordered_accounts<KitWithIdleThread>));
  EXPECT_TRUE(notices(deadlock_detected<KitWithIdleThread>));
  EXPECT_TRUE(notices(rolled_back<KitWithIdleThread>));
  EXPECT_TRUE(notices(singleton<KitWithIdleThread>));
  EXPECT_TRUE(notices(barrier_start<KitWithIdleThread>));
}

/// Takes without looking.
struct OpenLock {
  void lock() {}
  bool try_lock_for(std::chrono::milliseconds /*timeout*/) { return true; }
  void unlock() {}
};

struct KitWithOpenLock : OurKit {
  using Lock = OpenLock;
};

TEST(PlantedFault, LockThatLetsTwoIn) { EXPECT_TRUE(notices(deadlock_detected<KitWithOpenLock>)); }

struct OpenSemaphore {
  explicit OpenSemaphore(int /*start*/) {}
  void acquire() {}
  void release() {}
};

struct HastyBarrier {
  explicit HastyBarrier(unsigned /*parties*/) {}
  void wait() {}
};

struct KitThatLetsIn : OurKit {
  using Semaphore = OpenSemaphore;
  using Barrier = HastyBarrier;
};

TEST(PlantedFault, SemaphoreAndBarrierThatDoNotWait) {
  EXPECT_TRUE(notices(limited_entry<KitThatLetsIn>));
  EXPECT_TRUE(notices(barrier_start<KitThatLetsIn>));
}

struct HastyEvent : Event {
  void wait() {}
};

struct KitWithHastyEvent : OurKit {
  using Event = HastyEvent;
};

TEST(PlantedFault, EventThatDoesNotWait) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the fault is a data race: ThreadSanitizer reports it by itself";
#endif
  EXPECT_TRUE(notices(event_controller<KitWithHastyEvent>));
}

template <class L>
struct HastyCondition : Condition<L> {
  using Condition<L>::Condition;
  template <class Predicate>
  void wait(Predicate /*predicate*/) {}
};

struct KitWithHastyCondition : OurKit {
  template <class L>
  using Condition = HastyCondition<L>;
};

TEST(PlantedFault, ConditionThatDoesNotWait) {
  EXPECT_TRUE(notices(condition_handover<KitWithHastyCondition>));
}

/// Every tenth item does not arrive; and join() waits for none.
template <class T>
class LossyQueue : public Queue<T> {
 public:
  using Queue<T>::Queue;
  void push(T item) {
    if (++pushed_ % 10 != 0) Queue<T>::push(std::move(item));
  }

 private:
  int pushed_ = 0;
};

template <class T>
struct HastyQueue : Queue<T> {
  void join() {}
};

struct KitWithLossyQueue : OurKit {
  template <class T>
  using Queue = LossyQueue<T>;
};

struct KitWithHastyQueue : OurKit {
  template <class T>
  using Queue = HastyQueue<T>;
};

TEST(PlantedFault, QueuesThatLoseItemsOrJoinAtOnce) {
  EXPECT_TRUE(notices(queue_sentinel<KitWithLossyQueue>));
  EXPECT_TRUE(notices(bounded_queue<KitWithLossyQueue>));
  EXPECT_TRUE(notices(queue_join<KitWithLossyQueue>));
  EXPECT_TRUE(notices(queue_join<KitWithHastyQueue>));
}

template <class T>
struct SharedValue {
  std::atomic<T>& operator*() { return value; }
  std::atomic<T> value{};
};

template <class T>
struct EagerFactory {
  explicit EagerFactory(std::function<T()> factory) : make(std::move(factory)) {}
  T operator*() { return make(); }
  std::function<T()> make;
};

template <class Action>
struct IdleGuard {
  explicit IdleGuard(const Action& /*action*/) {}
  void dismiss() {}
};

struct KitWithoutScopes : OurKit {
  template <class T>
  using ThreadLocal = SharedValue<T>;
  template <class T>
  using Lazy = EagerFactory<T>;
  template <class Action>
  using ScopeGuard = IdleGuard<Action>;
};

TEST(PlantedFault, SharedValueSecondInstanceAndNoRollback) {
  EXPECT_TRUE(notices(thread_local_values<KitWithoutScopes>));
  EXPECT_TRUE(notices(singleton<KitWithoutScopes>));
  EXPECT_TRUE(notices(rolled_back<KitWithoutScopes>));
}

/// Maps backwards, and swallows exceptions.
struct SloppyPool : ThreadPool {
  using ThreadPool::ThreadPool;
  template <class Range, class F>
  auto map(Range&& range, F f) {
    auto results = ThreadPool::map(range, f);
    std::ranges::reverse(results);
    return results;
  }
  template <class F>
  auto submit(F f) {
    return ThreadPool::submit([f] {
      try {
        return f();
      } catch (const std::exception&) {
        return 0;
      }
    });
  }
};

struct KitWithSloppyPool : OurKit {
  using Pool = SloppyPool;
};

TEST(PlantedFault, PoolThatReordersAndSwallows) {
  EXPECT_TRUE(notices(pool_squares<KitWithSloppyPool>));
  EXPECT_TRUE(notices(pool_sleepers<KitWithSloppyPool>));
  EXPECT_TRUE(notices(pool_exception<KitWithSloppyPool>));
}

/// Waits a moment where it was told a minute, so that a test need not.
struct ImpatientEvent : Event {
  bool wait_for(std::chrono::seconds /*timeout*/) { return Event::wait_for(std::chrono::milliseconds(20)); }
};

struct IdleDaemon {
  IdleDaemon(ThreadOptions /*options*/, const std::function<void()>& /*function*/) {}
  void start() {}
};

/// Waits for its thread in the end, daemon or not.
struct ClingingDaemon : Thread {
  ClingingDaemon(ThreadOptions options, std::function<void()> function)
      : Thread(std::move(options), std::move(function)) {}
  ~ClingingDaemon() { join(); }
};

template <class T>
struct KitWithDaemon : OurKit {
  using Thread = T;
  using Event = ImpatientEvent;
};

TEST(PlantedFault, DaemonsThatDoNotRunOrHoldUpTheirOwner) {
  EXPECT_TRUE(notices(daemon_at_exit<KitWithDaemon<IdleDaemon>>));
  EXPECT_TRUE(notices(daemon_at_exit<KitWithDaemon<ClingingDaemon>>));
}

struct EarlyTimer : Timer {
  EarlyTimer(std::chrono::nanoseconds interval, std::function<void()> call)
      : Timer(interval / 2, std::move(call)) {}
};

/// Calls although it was cancelled.
struct StubbornTimer : Timer {
  StubbornTimer(std::chrono::nanoseconds interval, const std::function<void()>& call)
      : Timer(interval, call), anyway(call) {}
  void cancel() {
    Timer::cancel();
    anyway();
  }
  std::function<void()> anyway;
};

struct KitWithEarlyTimer : OurKit {
  using Timer = EarlyTimer;
};

struct KitWithStubbornTimer : OurKit {
  using Timer = StubbornTimer;
};

TEST(PlantedFault, TimersThatAreEarlyOrStubborn) {
  EXPECT_TRUE(notices(timer_cancelled<KitWithEarlyTimer>));
  EXPECT_TRUE(notices(timer_cancelled<KitWithStubbornTimer>));
}

}  // namespace
}  // namespace contend::benchmarks
