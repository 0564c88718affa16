#pragma once

namespace contend::benchmarks {

/// A mutex and a condition variable, as the standard library's and those made after it go together.
template <class UniqueLock, class AdoptLock, class ConditionVariable>
class UniqueLockMonitor {
 public:
  static constexpr bool notifies_unlocked = true;  // so that who wakes up finds the mutex free

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  template <class Predicate>
  void await(Predicate predicate) {
    UniqueLock lock(mutex_, AdoptLock{});
    condition_.wait(lock, predicate);
    lock.release();
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  typename UniqueLock::mutex_type mutex_;
  ConditionVariable condition_;
};

}  // namespace contend::benchmarks
