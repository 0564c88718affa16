#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <shared_mutex>
#include <stack>
#include <utility>
#include <vector>

#include "benchmarks/registry.h"
#include "benchmarks/subjects/pthread_mutex.h"

namespace contend::benchmarks {
namespace {

using workloads::Tier;

/// What anybody would write first.
template <class T>
class StdQueue {
 public:
  using value_type = T;

  explicit StdQueue(std::size_t capacity) : capacity_(capacity) {}

  bool try_push(T&& value) {
    {
      const std::scoped_lock lock(mutex_);
      if (items_.size() >= capacity_) return false;
      items_.push(std::move(value));
    }
    not_empty_.notify_one();
    return true;
  }
  bool push(T&& value) {
    {
      std::unique_lock lock(mutex_);
      not_full_.wait(lock, [&] { return items_.size() < capacity_ || closed_; });
      if (closed_) return false;
      items_.push(std::move(value));
    }
    not_empty_.notify_one();
    return true;
  }
  std::optional<T> try_pop() {
    std::unique_lock lock(mutex_);
    return take(lock);
  }
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [&] { return !items_.empty() || closed_; });
    return take(lock);
  }
  void close() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    not_empty_.notify_all();
    not_full_.notify_all();
  }

 private:
  std::optional<T> take(std::unique_lock<std::mutex>& lock) {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop();
    lock.unlock();
    not_full_.notify_one();
    return value;
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::queue<T> items_;
  bool closed_ = false;
};

/// A container whose next item is on top, under a mutex.
template <class Container, workloads::Order what>
class MutexAround {
 public:
  static constexpr auto order = what;
  using value_type = std::uint64_t;

  explicit MutexAround(std::size_t /*capacity*/) {}

  bool try_push(std::uint64_t value) {
    const std::scoped_lock lock(mutex_);
    items_.push(value);
    return true;
  }
  std::optional<std::uint64_t> try_pop() {
    const std::scoped_lock lock(mutex_);
    if (items_.empty()) return std::nullopt;
    const std::uint64_t value = items_.top();
    items_.pop();
    return value;
  }

 private:
  std::mutex mutex_;
  Container items_;
};

using StdStack =
    MutexAround<std::stack<std::uint64_t, std::vector<std::uint64_t>>, workloads::Order::last_in_first_out>;
using StdPriorityQueue =
    MutexAround<std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>>,
                workloads::Order::smallest_first>;

const SubjectFile file(SubjectFile::Kind::peer, "std", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<std::mutex, PthreadMutex<share_between_processes>>(
      {.name = "std::mutex", .note = "between processes: the pthread mutex under it, made process-shared"});
  registry.lock<std::timed_mutex>({.name = "std::timed_mutex", .tier = Tier::full});
  registry.lock<workloads::Reentrant<std::recursive_mutex>>(
      {.name = "std::recursive_mutex", .quick_in = "recursion"});
  registry.lock<std::shared_mutex>({.name = "std::shared_mutex", .quick_in = "readers_writers"});

  registry.queue<StdQueue>({.name = "std::queue",
                            .note = "under a std::mutex, with two std::condition_variable",
                            .tier = Tier::full});
  registry.ordered_queue<StdStack>({.name = "std::stack", .note = "under a std::mutex; unbounded"});
  registry.ordered_queue<StdPriorityQueue>(
      {.name = "std::priority_queue", .note = "under a std::mutex; unbounded"});
});

}  // namespace
}  // namespace contend::benchmarks
