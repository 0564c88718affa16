#pragma once

#include <chrono>
#include <concepts>
#include <condition_variable>
#include <mutex>

namespace contend::internal {

/// The system's condition variable with the members of Condition that Gil needs: whoever waits sleeps at once, as in a
/// program that uses nothing else. For models of such programs; everything else has Condition.
///
/// Every member by the holder of the mutex. A wait may return though nobody notified.
class SystemCondition {
 public:
  explicit SystemCondition(std::mutex& mutex) : mutex_(mutex) {}

  void wait() {
    Held held(mutex_);
    sleepers_.wait(held.lock);
  }

  template <std::predicate Predicate>
  void wait(Predicate predicate) {
    while (!predicate()) wait();
  }

  /// False: nobody notified within it.
  template <class Rep, class Period>
  bool wait_for(const std::chrono::duration<Rep, Period>& timeout) {
    Held held(mutex_);
    return sleepers_.wait_for(held.lock, timeout) == std::cv_status::no_timeout;
  }

  void notify() { sleepers_.notify_one(); }

 private:
  /// The caller's hold on the mutex, lent for a wait.
  struct Held {
    explicit Held(std::mutex& mutex) : lock(mutex, std::adopt_lock) {}
    ~Held() { lock.release(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    std::unique_lock<std::mutex> lock;
  };

  std::mutex& mutex_;
  std::condition_variable sleepers_;
};

}  // namespace contend::internal
