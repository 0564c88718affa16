#include <cstddef>
#include <memory_resource>
#include <span>

#include "benchmarks/registry.h"
#include "primitives/internal/cache_line.h"
#include "primitives/mpmc_ring.h"
#include "primitives/spsc_ring.h"

namespace contend::benchmarks {
namespace {

/// A ring whose slots lie in the memory that all workers reach.
template <class Ring>
struct SharedSlots : Ring {
  SharedSlots(std::size_t capacity, std::pmr::memory_resource* memory)
      : Ring(capacity, storage(Ring::storage_bytes(capacity), memory)) {}

 private:
  static std::span<std::byte> storage(std::size_t bytes, std::pmr::memory_resource* memory) {
    return {static_cast<std::byte*>(memory->allocate(bytes, 2 * internal::cache_line_size)), bytes};
  }
};

template <class T>
using Spsc = SpscRing<T>;
template <class T>
using SharedSpsc = SharedSlots<SharedSpscRing<T>>;
template <class T>
using Mpmc = MpmcRing<T>;
template <class T>
using SharedMpmc = SharedSlots<SharedMpmcRing<T>>;

const SubjectFile file(SubjectFile::Kind::own, "contend", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.queue<Spsc, SharedSpsc>(
      {.name = "SpscRing", .most_workers = 2, .note = "one producer, one consumer"});
  registry.queue<Mpmc, SharedMpmc>({.name = "MpmcRing"});
});

}  // namespace
}  // namespace contend::benchmarks
