#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <utility>

#include "benchmarks/registry.h"
#include "primitives/clh_lock.h"
#include "primitives/event_loop.h"
#include "primitives/executors.h"
#include "primitives/gil_executors.h"
#include "primitives/lock.h"
#include "primitives/mcs_lock.h"
#include "primitives/mpmc_ring.h"
#include "primitives/mutex_queue.h"
#include "primitives/queue.h"
#include "primitives/queue_shut_down.h"
#include "primitives/reciprocating_lock.h"
#include "primitives/rlock.h"
#include "primitives/robust_lock.h"
#include "primitives/rw_lock.h"
#include "primitives/spin_lock.h"
#include "primitives/spsc_ring.h"
#include "primitives/tas_lock.h"
#include "primitives/ticket_lock.h"

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
  registry.lock<Lock, SharedLock>({.name = "Lock"});
  registry.lock<SpinLock, SpinLock>({.name = "SpinLock"});
  registry.lock<TicketLock, TicketLock>({.name = "TicketLock"});
  registry.lock<McsLock>({.name = "McsLock", .tier = workloads::Tier::full});
  registry.lock<ReciprocatingLock>({.name = "ReciprocatingLock", .tier = workloads::Tier::full});
  registry.lock<ClhLock>({.name = "ClhLock", .tier = workloads::Tier::full});
  registry.lock<RobustLock, RobustLock>(
      {.name = "RobustLock", .note = "survives its owner", .tier = workloads::Tier::full});
  registry.lock<RwLock, SharedRwLock>({.name = "RwLock", .tier = workloads::Tier::full});
  registry.lock<workloads::Reentrant<RLock>>({.name = "RLock", .tier = workloads::Tier::full});
  registry.lock<TasLock, TasLock>({.name = "TasLock", .tier = workloads::Tier::full});

  registry.queue<Spsc, SharedSpsc>(
      {.name = "SpscRing", .most_workers = 2, .note = "one producer, one consumer"});
  registry.queue<Mpmc, SharedMpmc>({.name = "MpmcRing"});
  registry.queue<MutexQueue>({.name = "MutexQueue", .note = "the baseline: a mutex, two conditions"});
  registry.queue<FifoByResult>(
      {.name = "Queue", .note = "counts unfinished work too", .most_workers_in_quick = 2});
  registry.ordered_queue<Lifo>({.name = "LifoQueue"});
  registry.ordered_queue<Priority>({.name = "PriorityQueue"});

  registry.executor<SerialExecutor>({.name = "serial", .most_workers = 1, .note = "a loop: the oracle"});
  registry.executor<ThreadPerItem>({.name = "threads", .note = "a thread for every item"});
  registry.executor<ThreadPoolExecutor>({.name = "pool"});
  registry.executor<ForkPerItem>({.name = "processes", .note = "a fork for every item"});
  registry.executor<ProcessPoolExecutor>({.name = "process_pool", .note = "forked once, shared memory"});
  const auto tier = workloads::Tier::full;
  registry.executor<ThreadPoolTasks>(
      {.name = "pool_tasks", .note = "the pool, a task with a future for every item", .tier = tier});
  registry.executor<EventLoop>(
      {.name = "event_loop", .note = "one thread; workers are the items in flight", .tier = tier});
  registry.executor<EventLoopPerCpu>({.name = "event_loops",
                                      .note = "a thread for each CPU; workers are the items in flight",
                                      .tier = tier});
  registry.executor<EventLoopWithPool>(
      {.name = "event_loop_pool", .note = "a loop that hands every item to a pool of threads", .tier = tier});
  registry.executor<GilThreads<>>(
      {.name = "gil_threads", .note = "threads under a model of CPython 3's lock", .tier = tier});
  registry.executor<GilPool<>>(
      {.name = "gil_pool", .note = "pool under a model of CPython 3's lock", .tier = tier});
  registry.executor<GilPool<python2_gil>>(
      {.name = "gil2_pool", .note = "pool under a model of CPython 2's lock", .tier = tier});
});

}  // namespace
}  // namespace contend::benchmarks
