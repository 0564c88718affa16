#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/queuing_mutex.h>
#include <oneapi/tbb/spin_mutex.h>

#include <optional>

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

class TbbBoundedQueue {
 public:
  using value_type = std::uint64_t;

  explicit TbbBoundedQueue(std::size_t capacity) {
    queue_.set_capacity(static_cast<std::ptrdiff_t>(capacity));
  }

  bool try_push(std::uint64_t value) { return queue_.try_push(value); }
  bool push(std::uint64_t value) {
    queue_.push(value);
    return true;
  }
  std::optional<std::uint64_t> try_pop() {
    std::uint64_t value = 0;
    return queue_.try_pop(value) ? std::optional(value) : std::nullopt;
  }
  std::optional<std::uint64_t> pop() {
    std::uint64_t value = 0;
    queue_.pop(value);
    return value;
  }

 private:
  tbb::concurrent_bounded_queue<std::uint64_t> queue_;
};

const SubjectFile file(SubjectFile::Kind::peer, "oneTBB", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<tbb::spin_mutex, tbb::spin_mutex>({.name = "tbb::spin_mutex"});
  registry.lock<TbbQueuingMutex>({.name = "tbb::queuing_mutex"});
  registry.lock<tbb::mutex>({.name = "tbb::mutex"});
  registry.queue<TbbBoundedQueue>({.name = "tbb::concurrent_bounded_queue"});
});

}  // namespace
}  // namespace contend::benchmarks
