#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <utility>

#include <xenium/vyukov_bounded_queue.hpp>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

template <class T>
class VyukovQueue {
 public:
  using value_type = T;

  explicit VyukovQueue(std::size_t capacity) : queue_(std::bit_ceil(std::max<std::size_t>(capacity, 2))) {}

  bool try_push(T&& value) { return queue_.try_push_weak(std::move(value)); }
  std::optional<T> try_pop() {
    std::optional<T> value(std::in_place);
    if (!queue_.try_pop_weak(*value)) value.reset();
    return value;
  }

 private:
  xenium::vyukov_bounded_queue<T> queue_;
};

const SubjectFile file(SubjectFile::Kind::peer, "xenium", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.queue<VyukovQueue>({.name = "xenium::vyukov_bounded_queue",
                               .note = "the weak forms, which do not wait for a slot in use",
                               .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
