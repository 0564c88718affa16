#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>

#include "benchmarks/registry.h"
#include "primitives/executors.h"
#include "primitives/gil_executors.h"
#include "primitives/lock.h"
#include "primitives/mpmc_ring.h"
#include "primitives/mutex_queue.h"
#include "primitives/spin_lock.h"
#include "primitives/spsc_ring.h"
#include "primitives/tas_lock.h"
#include "primitives/ticket_lock.h"

namespace contend::benchmarks {
namespace {

using Message = std::uint64_t;

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

const SubjectFile file(SubjectFile::Kind::own, "contend", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<Lock, SharedLock>({.name = "Lock"});
  registry.lock<SpinLock, SpinLock>({.name = "SpinLock"});
  registry.lock<TicketLock, TicketLock>({.name = "TicketLock"});
  registry.lock<TasLock, TasLock>({.name = "TasLock", .tier = workloads::Tier::full});

  registry.queue<SpscRing<Message>, SharedSlots<SharedSpscRing<Message>>>(
      {.name = "SpscRing", .most_workers = 2, .note = "one producer, one consumer"});
  registry.queue<MpmcRing<Message>, SharedSlots<SharedMpmcRing<Message>>>({.name = "MpmcRing"});
  registry.queue<MutexQueue<Message>>(
      {.name = "MutexQueue", .note = "the baseline: a mutex, two conditions"});

  registry.executor<SerialExecutor>({.name = "serial", .most_workers = 1, .note = "a loop: the oracle"});
  registry.executor<ThreadPerItem>({.name = "threads", .note = "a thread for every item"});
  registry.executor<ThreadPoolExecutor>({.name = "pool"});
  registry.executor<ForkPerItem>({.name = "processes", .note = "a fork for every item"});
  registry.executor<ProcessPoolExecutor>({.name = "process_pool", .note = "forked once, shared memory"});
  const auto tier = workloads::Tier::full;
  registry.executor<GilThreads<>>(
      {.name = "gil_threads", .note = "threads under a model of CPython 3's lock", .tier = tier});
  registry.executor<GilPool<>>(
      {.name = "gil_pool", .note = "pool under a model of CPython 3's lock", .tier = tier});
  registry.executor<GilPool<python2_gil>>(
      {.name = "gil2_pool", .note = "pool under a model of CPython 2's lock", .tier = tier});
});

}  // namespace
}  // namespace contend::benchmarks
