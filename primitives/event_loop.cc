#include "primitives/event_loop.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include <asio/async_result.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include "primitives/internal/batch_arguments.h"
#include "primitives/internal/first_error.h"

#ifdef ASIO_HAS_IO_URING_AS_DEFAULT
#include <liburing.h>
#endif

namespace contend {
namespace {

/// The items of one run, and who takes the next one.
class Batch {
 public:
  Batch(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results)
      : ids_(ids), results_(results) {}

  std::size_t size() const { return ids_.size(); }

  /// Nothing when all have been taken, or one has failed.
  std::optional<std::size_t> next() {
    // Relaxed: only tells the items apart; the end of the loops brings the results back.
    const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= ids_.size() || error_.precedes(index)) return std::nullopt;
    return index;
  }

  std::uint64_t id(std::size_t index) const { return ids_[index]; }
  void keep(std::size_t index, std::uint64_t result) { results_[index] = result; }
  void fail(std::size_t index) { error_.record(index, std::current_exception()); }
  void rethrow() { error_.rethrow(); }

 private:
  const std::span<const std::uint64_t> ids_;
  const std::span<std::uint64_t> results_;
  std::atomic<std::size_t> next_{0};
  internal::FirstError error_;
};

void check_items(const AsyncItemFactory& items) {
  if (items) return;
  throw std::invalid_argument(
      "an event loop needs items that can be awaited; run those that compute or block in a ThreadPool or an "
      "EventLoopWithPool");
}

/// One item after the other.
Detached run_lane(Batch& batch, const AsyncItem& item) {
  while (const auto index = batch.next()) {
    try {
      batch.keep(*index, co_await item(batch.id(*index)));
    } catch (...) {
      batch.fail(*index);
    }
  }
}

/// Whoever submitted the item learns of its end from the item itself.
Detached run_alone(const AsyncItem& item, std::uint64_t id) {
  try {
    co_await item(id);
  } catch (...) {
  }
}

}  // namespace

class EventLoops::Loop {
 public:
  Loop(const AsyncItemFactory& items, unsigned in_flight)
      : in_flight_(in_flight), item_(items(context_.get_executor())) {}

  void run(Batch& batch) {
    context_.restart();
    const std::size_t lanes = std::min<std::size_t>(in_flight_, batch.size());
    for (std::size_t lane = 0; lane < lanes; ++lane) run_lane(batch, item_);
    context_.run();
  }

 private:
  asio::io_context context_{1};  // one thread at a time
  const unsigned in_flight_;
  const AsyncItem item_;  // what it keeps is the context's
};

#ifdef ASIO_HAS_IO_URING_AS_DEFAULT
std::string_view event_loop_backend() { return "io_uring"; }

/// Asio's own words are the name of a function.
void check_event_loop_backend() {
  io_uring ring{};
  const int error = -io_uring_queue_init(1, &ring, 0);
  if (error != 0) {
    throw std::system_error(
        error, std::system_category(),
        "io_uring: the kernel refuses it; look at the sysctl kernel.io_uring_disabled, at seccomp and at "
        "ulimit -l, or build without CONTEND_IO_URING");
  }
  io_uring_queue_exit(&ring);
}
#else
std::string_view event_loop_backend() { return "epoll"; }

void check_event_loop_backend() {}
#endif

EventLoops::EventLoops(const AsyncItemFactory& items, unsigned in_flight, unsigned loops) {
  check_items(items);
  internal::checked_workers(in_flight);
  const unsigned count = std::min(internal::checked_workers(loops), in_flight);
  check_event_loop_backend();
  for (unsigned i = 0; i < count; ++i) {
    const unsigned share = in_flight / count + (i < in_flight % count ? 1 : 0);
    loops_.push_back(std::make_unique<Loop>(items, share));
  }
  if (count > 1) threads_.emplace(count, ThreadPoolOptions{.name = "loop"});
}

EventLoops::~EventLoops() = default;

void EventLoops::run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
  internal::check_batch(ids, results);
  Batch batch(ids, results);
  if (threads_) {
    threads_->for_each_index(loops_.size(), [&](std::size_t i) { loops_[i]->run(batch); });
  } else {
    loops_.front()->run(batch);
  }
  batch.rethrow();
}

EventLoopService::EventLoopService(const AsyncItemFactory& items, unsigned in_flight)
    : context_((check_items(items), internal::checked_workers(in_flight), check_event_loop_backend(), 1)),
      item_(items(context_.get_executor())),
      open_(context_.get_executor()),
      thread_([this] { context_.run(); }) {}

EventLoopService::~EventLoopService() {
  open_.reset();
  thread_.join();
}

void EventLoopService::submit(std::uint64_t id) {
  asio::post(context_, [this, id] { run_alone(item_, id); });
}

EventLoopPerCpu::EventLoopPerCpu(const AsyncItemFactory& items, unsigned in_flight)
    : EventLoops(items, in_flight, std::max(std::thread::hardware_concurrency(), 1U)) {}

namespace {

/// function(id) in the pool; completes in the loop.
Awaitable<std::uint64_t> await_in_pool(LoopExecutor loop, ThreadPool& pool, const ItemFunction& function,
                                       std::uint64_t id) {
  const auto start = [&loop, &pool, &function, id](auto handler) {
    pool.submit([&function, id, open = asio::make_work_guard(loop), handler = std::move(handler)]() mutable {
      std::exception_ptr error;
      std::uint64_t result = 0;
      try {
        result = function(id);
      } catch (...) {
        error = std::current_exception();
      }
      asio::post(open.get_executor(), [error, result, handler = std::move(handler)]() mutable {
        std::move(handler)(error, result);
      });
    });
  };
  co_return co_await asio::async_initiate<const UseAwaitable, void(std::exception_ptr, std::uint64_t)>(
      start, use_awaitable);
}

}  // namespace

EventLoopWithPool::EventLoopWithPool(ItemFunction function, unsigned workers)
    : pool_(workers),
      loop_(
          [this, function = std::move(function)](const LoopExecutor& loop) {
            return
                [this, loop, function](std::uint64_t id) { return await_in_pool(loop, pool_, function, id); };
          },
          2 * workers) {}

}  // namespace contend
