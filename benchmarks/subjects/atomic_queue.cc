#include <atomic_queue/atomic_queue.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

template <class T>
class AtomicQueue {
 public:
  /// A slot knows that it is full, not in which lap: an oversubscribed producer can put a later message in before the
  /// earlier one is out.
  static constexpr bool keeps_order = false;
  using value_type = T;

  explicit AtomicQueue(std::size_t capacity) : queue_(static_cast<unsigned>(capacity)) {}

  bool try_push(T&& value) { return queue_.try_push(std::move(value)); }
  std::optional<T> try_pop() {
    std::optional<T> value(std::in_place);
    if (!queue_.try_pop(*value)) value.reset();
    return value;
  }

 private:
  atomic_queue::AtomicQueueB2<T> queue_;
};

const SubjectFile file(SubjectFile::Kind::peer, "atomic_queue", CONTEND_SUBJECT_VERSION,
                       [](Registry& registry) {
                         registry.queue<AtomicQueue>(
                             {.name = "atomic_queue::AtomicQueueB2",
                              .note =
                                  "a push or a pop that has its turn waits awake for the slot; order is not "
                                  "checked: a slot has no lap; at least 4,096 messages",
                              .tier = workloads::Tier::full});
                       });

}  // namespace
}  // namespace contend::benchmarks
