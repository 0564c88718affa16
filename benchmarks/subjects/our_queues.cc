#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "benchmarks/registry.h"
#include "primitives/mutex_queue.h"
#include "primitives/queue.h"
#include "primitives/queue_shut_down.h"

namespace contend::benchmarks {
namespace {

/// A Queue that says by its results that it is shut down, as the rings do, and not by an exception.
template <class Base>
class ByResult {
 public:
  using value_type = typename Base::value_type;

  explicit ByResult(std::size_t capacity) : queue_(capacity) {}

  bool try_push(value_type&& value) { return queue_.try_push(std::move(value)); }
  std::optional<value_type> try_pop() { return queue_.try_pop(); }
  bool push(value_type&& value) {
    try {
      queue_.push(std::move(value));
      return true;
    } catch (const QueueShutDown&) {
      return false;
    }
  }
  std::optional<value_type> pop() {
    try {
      return queue_.pop();
    } catch (const QueueShutDown&) {
      return std::nullopt;
    }
  }
  void close() { queue_.shutdown(); }

 private:
  Base queue_;
};

template <class T>
using FifoByResult = ByResult<Queue<T>>;

struct Lifo : ByResult<LifoQueue<std::uint64_t>> {
  static constexpr auto order = workloads::Order::last_in_first_out;
  using ByResult::ByResult;
};

struct Priority : ByResult<PriorityQueue<std::uint64_t>> {
  static constexpr auto order = workloads::Order::smallest_first;
  using ByResult::ByResult;
};

const SubjectFile file(SubjectFile::Kind::own, "contend", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.queue<MutexQueue>({.name = "MutexQueue", .note = "the baseline: a mutex, two conditions"});
  registry.queue<FifoByResult>(
      {.name = "Queue", .note = "counts unfinished work too", .most_workers_in_quick = 2});
  registry.ordered_queue<Lifo>({.name = "LifoQueue"});
  registry.ordered_queue<Priority>({.name = "PriorityQueue"});
});

}  // namespace
}  // namespace contend::benchmarks
