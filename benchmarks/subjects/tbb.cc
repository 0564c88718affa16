#include <oneapi/tbb/concurrent_priority_queue.h>
#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/queuing_mutex.h>
#include <oneapi/tbb/queuing_rw_mutex.h>
#include <oneapi/tbb/rw_mutex.h>
#include <oneapi/tbb/spin_mutex.h>
#include <oneapi/tbb/spin_rw_mutex.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

/// The queue lock keeps a node per waiter, which lives in a scoped_lock.
class TbbQueuingMutex {
 public:
  class Handle {
   public:
    explicit Handle(TbbQueuingMutex& lock) : mutex_(lock.mutex_) {}
    void lock() { node_.acquire(mutex_); }
    bool try_lock() { return node_.try_acquire(mutex_); }
    void unlock() { node_.release(); }

   private:
    tbb::queuing_mutex& mutex_;
    tbb::queuing_mutex::scoped_lock node_;
  };

 private:
  tbb::queuing_mutex mutex_;
};

class TbbQueuingRwMutex {
 public:
  class Handle {
   public:
    explicit Handle(TbbQueuingRwMutex& lock) : mutex_(lock.mutex_) {}
    void lock() { node_.acquire(mutex_); }
    bool try_lock() { return node_.try_acquire(mutex_); }
    void unlock() { node_.release(); }
    void lock_shared() { node_.acquire(mutex_, false); }
    bool try_lock_shared() { return node_.try_acquire(mutex_, false); }
    void unlock_shared() { node_.release(); }

   private:
    tbb::queuing_rw_mutex& mutex_;
    tbb::queuing_rw_mutex::scoped_lock node_;
  };

 private:
  tbb::queuing_rw_mutex mutex_;
};

template <class T>
class TbbBoundedQueue {
 public:
  using value_type = T;

  explicit TbbBoundedQueue(std::size_t capacity) {
    queue_.set_capacity(static_cast<std::ptrdiff_t>(capacity));
  }

  bool try_push(T&& value) { return queue_.try_push(std::move(value)); }
  bool push(T&& value) {
    queue_.push(std::move(value));
    return true;
  }
  std::optional<T> try_pop() {
    std::optional<T> value(std::in_place);
    if (!queue_.try_pop(*value)) value.reset();
    return value;
  }
  std::optional<T> pop() {
    std::optional<T> value(std::in_place);
    queue_.pop(*value);
    return value;
  }

 private:
  tbb::concurrent_bounded_queue<T> queue_;
};

class TbbPriorityQueue {
 public:
  static constexpr auto order = workloads::Order::smallest_first;
  using value_type = std::uint64_t;

  explicit TbbPriorityQueue(std::size_t capacity) : queue_(capacity) {}

  bool try_push(std::uint64_t value) {
    queue_.push(value);
    return true;
  }
  std::optional<std::uint64_t> try_pop() {
    std::uint64_t value = 0;
    return queue_.try_pop(value) ? std::optional(value) : std::nullopt;
  }

 private:
  tbb::concurrent_priority_queue<std::uint64_t, std::greater<>> queue_;
};

const SubjectFile file(SubjectFile::Kind::peer, "oneTBB", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<tbb::spin_mutex, tbb::spin_mutex>({.name = "tbb::spin_mutex"});
  registry.lock<TbbQueuingMutex>({.name = "tbb::queuing_mutex"});
  registry.lock<tbb::mutex>({.name = "tbb::mutex"});
  registry.lock<tbb::spin_rw_mutex>({.name = "tbb::spin_rw_mutex", .tier = workloads::Tier::full});
  registry.lock<TbbQueuingRwMutex>({.name = "tbb::queuing_rw_mutex", .tier = workloads::Tier::full});
  registry.lock<tbb::rw_mutex>({.name = "tbb::rw_mutex", .tier = workloads::Tier::full});
  registry.queue<TbbBoundedQueue>({.name = "tbb::concurrent_bounded_queue"});
  registry.ordered_queue<TbbPriorityQueue>(
      {.name = "tbb::concurrent_priority_queue", .note = "unbounded; has no blocking pop"});
});

}  // namespace
}  // namespace contend::benchmarks
