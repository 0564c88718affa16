#include <readerwriterqueue/readerwritercircularbuffer.h>
#include <readerwriterqueue/readerwriterqueue.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

template <class T>
class ReaderWriterQueue {
 public:
  using value_type = T;

  explicit ReaderWriterQueue(std::size_t capacity) : queue_(capacity) {}

  bool try_push(T&& value) { return queue_.try_enqueue(std::move(value)); }
  std::optional<T> try_pop() {
    std::optional<T> value(std::in_place);
    if (!queue_.try_dequeue(*value)) value.reset();
    return value;
  }

 private:
  moodycamel::ReaderWriterQueue<T> queue_;
};

template <class T>
class BlockingRing {
 public:
  using value_type = T;

  explicit BlockingRing(std::size_t capacity) : queue_(capacity) {}

  bool try_push(T&& value) { return queue_.try_enqueue(std::move(value)); }
  bool push(T&& value) {
    queue_.wait_enqueue(std::move(value));
    return true;
  }
  std::optional<T> try_pop() {
    std::optional<T> value(std::in_place);
    if (!queue_.try_dequeue(*value)) value.reset();
    return value;
  }
  std::optional<T> pop() {
    std::optional<T> value(std::in_place);
    queue_.wait_dequeue(*value);
    return value;
  }

 private:
  moodycamel::BlockingReaderWriterCircularBuffer<T> queue_;
};

const SubjectFile file(
    SubjectFile::Kind::peer, "readerwriterqueue", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
      registry.queue<ReaderWriterQueue>(
          {.name = "moodycamel::ReaderWriterQueue",
           .most_workers = 2,
           .note = "one producer, one consumer; the capacity is a lower bound, and it never "
                   "allocates, as used here"});
      registry.queue<BlockingRing>({.name = "moodycamel::BlockingReaderWriterCircularBuffer",
                                    .most_workers = 2,
                                    .note = "one producer, one consumer",
                                    .tier = workloads::Tier::full});
    });

}  // namespace
}  // namespace contend::benchmarks
