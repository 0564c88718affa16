#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>

#include "primitives/async_item.h"
#include "primitives/concepts.h"
#include "primitives/event_loop_backend.h"
#include "primitives/thread_pool.h"

// Executors whose items do not occupy a thread while they wait. They share the contract of executors.h.
namespace contend {

/// Event loops, each with one thread, that share a batch: an item goes to the first loop that has room for it.
///
/// For: items that mostly wait for descriptors and timers, by the thousand. Not for: items that compute, which hold up
/// every other item of their loop (see EventLoopWithPool), nor for waits that epoll does not know: files, most
/// database libraries.
///
/// Guarantees: at most `in_flight` items have started and not ended; items start in order. One run() at a time.
///
/// Cost: an item is its coroutine's frame, which is recycled, and one atomic addition; a wait is what Asio's reactor
/// charges, of epoll or io_uring. One loop runs in the caller's thread; several have threads of their own. Descriptors: three for each loop.
class EventLoops {
 public:
  /// Throws std::invalid_argument for no items, nothing in flight, or no loops; std::system_error if the system gives no
  /// descriptors or threads, or, in a build for it, no io_uring. There are no more loops than items in flight.
  EventLoops(const AsyncItemFactory& items, unsigned in_flight, unsigned loops);
  EventLoops(const EventLoops&) = delete;
  EventLoops& operator=(const EventLoops&) = delete;
  ~EventLoops();

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results);

 private:
  class Loop;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::optional<ThreadPool> threads_;  // where there are several loops
};

/// An event loop with a thread of its own, which takes items one at a time, whenever they come.
class EventLoopService {
 public:
  /// However many are in flight: nobody waits for room. Throws as EventLoops does.
  EventLoopService(const AsyncItemFactory& items, unsigned in_flight);
  EventLoopService(const EventLoopService&) = delete;
  EventLoopService& operator=(const EventLoopService&) = delete;
  /// Waits for all items.
  ~EventLoopService();

  /// Has one item started soon, and does not wait; its result is for the item to hand over. From any thread.
  void submit(std::uint64_t id);

 private:
  asio::io_context context_;
  const AsyncItem item_;
  asio::executor_work_guard<LoopExecutor> open_;
  std::thread thread_;
};

/// One event loop, in the caller's thread.
struct EventLoop : EventLoops {
  using Service = EventLoopService;

  EventLoop(const AsyncItemFactory& items, unsigned in_flight) : EventLoops(items, in_flight, 1) {}
};

/// One event loop for every CPU that this thread may use.
struct EventLoopPerCpu : EventLoops {
  EventLoopPerCpu(const AsyncItemFactory& items, unsigned in_flight);
};

/// An event loop that hands every item to a pool of threads and awaits it there: what one does with items that compute
/// or block in a program that has a loop (asyncio's run_in_executor). Beside the pool alone it shows what the two
/// hand-overs cost.
class EventLoopWithPool {
 public:
  /// `workers` is the number of threads; twice as many items are in flight, so that none of them waits for the loop.
  EventLoopWithPool(ItemFunction function, unsigned workers);

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) { loop_.run(ids, results); }

 private:
  ThreadPool pool_;
  EventLoop loop_;
};

static_assert(AsyncExecutor<EventLoop>);
static_assert(AsyncExecutor<EventLoopPerCpu>);
static_assert(Executor<EventLoopWithPool>);

}  // namespace contend
