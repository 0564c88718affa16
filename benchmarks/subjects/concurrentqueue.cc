#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/concurrentqueue.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

/// The queue knows no bound. A producer looks at its size every eighth of the capacity, and stays off while that is
/// reached: with several producers it may be passed by that much each.
template <class T, class Base>
class TokenQueue {
 public:
  explicit TokenQueue(std::size_t capacity) : queue_(capacity), capacity_(capacity) {}

  /// What one worker pushes and pops with: tokens, which it gets with its first push or pop.
  class Handle {
   public:
    using value_type = T;

    explicit Handle(TokenQueue& shared) : shared_(shared) {}

    bool try_push(T&& value) {
      if (room_ == 0 && !find_room()) return false;
      --room_;
      return shared_.queue_.enqueue(producer(), std::move(value));
    }
    std::size_t try_push_n(std::span<T> values) {
      if (room_ == 0 && !find_room()) return 0;
      const std::size_t count = std::min(values.size(), room_);
      room_ -= count;
      return shared_.queue_.enqueue_bulk(producer(), values.begin(), count) ? count : 0;
    }
    std::optional<T> try_pop() {
      std::optional<T> value(std::in_place);
      if (!shared_.queue_.try_dequeue(consumer(), *value)) value.reset();
      return value;
    }
    std::size_t try_pop_n(T* out, std::size_t most) {
      return shared_.queue_.try_dequeue_bulk(consumer(), out, most);
    }

    bool push(T&& value) requires requires(Base& queue, T& item) { queue.wait_dequeue(item); }
    {
      while (!try_push(std::move(value))) sched_yield();
      return true;
    }
    std::optional<T> pop() requires requires(Base& queue, T& item) { queue.wait_dequeue(item); }
    {
      std::optional<T> value(std::in_place);
      shared_.queue_.wait_dequeue(consumer(), *value);
      return value;
    }

   private:
    moodycamel::ProducerToken& producer() {
      return producer_ ? *producer_ : producer_.emplace(shared_.queue_);
    }
    moodycamel::ConsumerToken& consumer() {
      return consumer_ ? *consumer_ : consumer_.emplace(shared_.queue_);
    }

    bool find_room() {
      const std::size_t size = shared_.queue_.size_approx();
      if (size >= shared_.capacity_) return false;
      room_ = std::clamp<std::size_t>(shared_.capacity_ / 8, 1, shared_.capacity_ - size);
      return true;
    }

    TokenQueue& shared_;
    std::optional<moodycamel::ProducerToken> producer_;
    std::optional<moodycamel::ConsumerToken> consumer_;
    std::size_t room_ = 0;
  };

 private:
  Base queue_;
  const std::size_t capacity_;
};

template <class T>
using Spinning = TokenQueue<T, moodycamel::ConcurrentQueue<T>>;
template <class T>
using Blocking = TokenQueue<T, moodycamel::BlockingConcurrentQueue<T>>;

const SubjectFile file(
    SubjectFile::Kind::peer, "concurrentqueue", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
      registry.queue<Spinning>(
          {.name = "moodycamel::ConcurrentQueue",
           .note = "with tokens; no order between producers; unbounded: its size is looked at now "
                   "and then",
           .most_workers_in_quick = 2});
      registry.queue<Blocking>({.name = "moodycamel::BlockingConcurrentQueue",
                                .note = "as ConcurrentQueue; where it is full, a push waits awake",
                                .tier = workloads::Tier::full});
    });

}  // namespace
}  // namespace contend::benchmarks
