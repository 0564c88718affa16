#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "benchmarks/registry.h"

// A function of this header returns `false` for a null pointer, which C++ does not take.
#define false 0
#include <ck_ring.h>
#undef false

namespace contend::benchmarks {
namespace {

/// One of the ways through a ring of pointers, each of which carries a message.
template <auto enqueue, auto dequeue>
class CkRing {
 public:
  using value_type = std::uint64_t;

  explicit CkRing(std::size_t capacity) : slots_(std::bit_ceil(std::max<std::size_t>(capacity, 2))) {
    ck_ring_init(&ring_, static_cast<unsigned>(slots_.size()));
  }

  bool try_push(std::uint64_t value) {
    return enqueue(&ring_, slots_.data(), std::bit_cast<const void*>(value));
  }
  std::optional<std::uint64_t> try_pop() {
    void* value = nullptr;
    if (!dequeue(&ring_, slots_.data(), &value)) return std::nullopt;
    return std::bit_cast<std::uint64_t>(value);
  }

 private:
  ck_ring_t ring_;
  std::vector<ck_ring_buffer_t> slots_;
};

using Spsc = CkRing<[](auto... all) { return ck_ring_enqueue_spsc(all...); },
                    [](auto... all) { return ck_ring_dequeue_spsc(all...); }>;
using Mpmc = CkRing<[](auto... all) { return ck_ring_enqueue_mpmc(all...); },
                    [](auto... all) { return ck_ring_dequeue_mpmc(all...); }>;

const SubjectFile file(SubjectFile::Kind::peer, "Concurrency Kit ring", CONTEND_SUBJECT_VERSION,
                       [](Registry& registry) {
                         const auto tier = workloads::Tier::full;
                         registry.queue<Spsc>({.name = "ck_ring_spsc",
                                               .most_workers = 2,
                                               .note = "one producer, one consumer; one slot is never used",
                                               .tier = tier});
                         registry.queue<Mpmc>(
                             {.name = "ck_ring_mpmc",
                              .note = "a push waits awake for the pushes before it; one slot is never used",
                              .tier = tier});
                       });

}  // namespace
}  // namespace contend::benchmarks
