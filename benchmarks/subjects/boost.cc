#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <boost/lockfree/stack.hpp>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

template <class T>
class SpscQueue {
 public:
  using value_type = T;

  explicit SpscQueue(std::size_t capacity) : queue_(capacity) {}

  bool try_push(T&& value) { return queue_.push(value); }
  std::size_t try_push_n(std::span<T> values) { return queue_.push(values.data(), values.size()); }
  std::optional<T> try_pop() {
    std::optional<T> value(std::in_place);
    if (!queue_.pop(*value)) value.reset();
    return value;
  }
  std::size_t try_pop_n(T* out, std::size_t most) { return queue_.pop(out, most); }

 private:
  boost::lockfree::spsc_queue<T> queue_;
};

/// Used in its bounded form, which takes nodes from the free list only and never allocates.
template <class Container>
class NodeQueue {
 public:
  using value_type = typename Container::value_type;

  explicit NodeQueue(std::size_t capacity) : items_(capacity) {}

  bool try_push(value_type&& value) { return items_.bounded_push(value); }
  std::optional<value_type> try_pop() {
    std::optional<value_type> value(std::in_place);
    if (!items_.pop(*value)) value.reset();
    return value;
  }

 private:
  Container items_;
};

template <class T>
using MpmcQueue = NodeQueue<boost::lockfree::queue<T>>;

struct Stack : NodeQueue<boost::lockfree::stack<std::uint64_t>> {
  static constexpr auto order = workloads::Order::last_in_first_out;
  using NodeQueue::NodeQueue;
};

const SubjectFile file(
    SubjectFile::Kind::peer, "Boost.Lockfree", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
      registry.queue<SpscQueue>({.name = "boost::lockfree::spsc_queue",
                                 .most_workers = 2,
                                 .note = "one producer, one consumer",
                                 .tier = workloads::Tier::full});
      registry.queue<MpmcQueue>({.name = "boost::lockfree::queue",
                                 .note = "bounded_push: a node from the free list per message",
                                 .tier = workloads::Tier::full});
      registry.ordered_queue<Stack>({.name = "boost::lockfree::stack", .note = "bounded_push"});
    });

}  // namespace
}  // namespace contend::benchmarks
