#pragma once

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <thread>

#include "primitives/concepts.h"
#include "primitives/testing/threads.h"

namespace contend::testing {

/// What one thread waits for, and what that costs.
class WatchedThread {
 public:
  template <class Work>
  explicit WatchedThread(Work work)
      : thread_([this, work] {
          id_ = gettid();
          id_.notify_one();
          work();
        }) {
    id_.wait(0);
    pthread_getcpuclockid(thread_.native_handle(), &clock_);
  }
  WatchedThread(const WatchedThread&) = delete;
  WatchedThread& operator=(const WatchedThread&) = delete;

  std::chrono::nanoseconds used_cpu() const {
    timespec used{};
    clock_gettime(clock_, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
  }

  /// Returns when it has slept through a fiftieth of a second, or has run in 25 of them and never did. Those in which it
  /// waited for a CPU do not count.
  void await_rest() const {
    constexpr int most = 25;
    for (int busy = 0; busy < most;) {
      const auto before = used_cpu();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (used_cpu() != before) {
        ++busy;
      } else if (is_asleep(id_)) {
        return;
      }
    }
  }

 private:
  std::atomic<pid_t> id_{0};
  clockid_t clock_{};
  std::jthread thread_;  // last: it uses the others
};

/// The CPU time that a thread in `wait()`, which waits for the lock, uses in a fifth of a second, once it has come to
/// rest: nothing at all, to the nanosecond, where it sleeps until it is woken, however slow the machine is.
template <Lockable L, class Wait>
std::chrono::nanoseconds cpu_time_of_idle_waiter(L& lock, Wait wait) {
  lock.lock();
  const WatchedThread waiter(wait);
  waiter.await_rest();
  const auto before = waiter.used_cpu();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto used = waiter.used_cpu() - before;
  lock.unlock();
  return used;
}

template <Lockable L>
std::chrono::nanoseconds cpu_time_of_idle_waiter(L& lock) {
  return cpu_time_of_idle_waiter(lock, [&lock] { const std::scoped_lock guard(lock); });
}

}  // namespace contend::testing
