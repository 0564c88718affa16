#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/future_wait.h"
#include "primitives/internal/batch_arguments.h"
#include "primitives/internal/first_error.h"
#include "primitives/process_pool.h"
#include "primitives/thread_pool.h"

// The ways to run a batch that need nothing but this library. All of them model Executor, so they share its
// contract: run() throws the error of the first item that failed, in order, and remains usable;
// std::invalid_argument for no workers, or for spans of different lengths. One run() at a time, unless it
// says otherwise.
namespace contend {

/// A plain loop in the calling thread: the oracle and the base line of every speed-up. Ignores the number of
/// workers.
class SerialExecutor {
 public:
  SerialExecutor(ItemFunction function, unsigned workers) : function_(std::move(function)) {
    internal::checked_workers(workers);
  }

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    internal::check_batch(ids, results);
    for (std::size_t index = 0; index < ids.size(); ++index) results[index] = function_(ids[index]);
  }

 private:
  ItemFunction function_;
};

/// A std::thread of its own for every item, at most `workers` of them alive at once: what "a thread per
/// request" costs when somebody limits the requests. The calling thread only starts and joins them. Items
/// start in order; after an exception no further ones start. Several threads may call run(), each with
/// `workers` of its own. Throws std::system_error if the system gives no more threads.
class ThreadPerItem {
 public:
  ThreadPerItem(ItemFunction function, unsigned workers)
      : function_(std::move(function)), workers_(internal::checked_workers(workers)) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results);

 private:
  ItemFunction function_;
  unsigned workers_;
};

/// A ThreadPool that is given the batch as a whole: see ThreadPool::for_each_index. Several threads may call
/// run().
class ThreadPoolExecutor {
 public:
  using Service = ThreadPoolExecutor;  // takes items one at a time, too

  ThreadPoolExecutor(ItemFunction function, unsigned workers)
      : function_(std::move(function)), pool_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    internal::check_batch(ids, results);
    const auto compute = [&](std::size_t index) { results[index] = function_(ids[index]); };
    pool_.for_each_index(ids.size(), compute, Caller::helps);
  }

  /// Has one item started soon, and does not wait; its result is for the function to hand over. The destructor waits.
  void submit(std::uint64_t id) {
    pool_.post([this, id] { function_(id); });
  }

 private:
  ItemFunction function_;
  ThreadPool pool_;
};

/// A ThreadPool to which every item is submitted as a task of its own, with a future: what those who cannot hand over
/// a whole batch pay. Several threads may call run().
class ThreadPoolTasks {
 public:
  ThreadPoolTasks(ItemFunction function, unsigned workers) : function_(std::move(function)), pool_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    internal::check_batch(ids, results);
    std::vector<Future<std::uint64_t>> futures;
    futures.reserve(ids.size());
    for (const std::uint64_t id : ids) futures.push_back(pool_.submit(std::cref(function_), id));
    wait_all(futures);
    internal::FirstError error;
    for (std::size_t index = 0; index < ids.size(); ++index) {
      try {
        results[index] = futures[index].get();
      } catch (...) {
        error.record(index, std::current_exception());
      }
    }
    error.rethrow();
  }

 private:
  ItemFunction function_;
  ThreadPool pool_;
};

/// A forked process for every item, at most `workers` of them alive at once; the result comes back through
/// shared memory. An exception arrives as RemoteError, the death of a child as BrokenWorker; it is not tried
/// again. After either no further items start. If the caller dies, or the thread that called run(), the
/// children die with it. The function must not take a lock that another thread of this process may hold
/// (glibc's malloc and stdio are safe). Several threads may call run(). Throws std::system_error if the
/// system gives no more processes.
class ForkPerItem {
 public:
  ForkPerItem(ItemFunction function, unsigned workers)
      : function_(std::move(function)), workers_(internal::checked_workers(workers)) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results);

 private:
  ItemFunction function_;
  unsigned workers_;
};

/// Models Executor as it is, with OnDeath::retry.
using ProcessPoolExecutor = ProcessPool;

static_assert(Executor<SerialExecutor>);
static_assert(Executor<ThreadPerItem>);
static_assert(Executor<ThreadPoolExecutor>);
static_assert(Executor<ThreadPoolTasks>);
static_assert(Executor<ForkPerItem>);
static_assert(Executor<ProcessPoolExecutor>);

}  // namespace contend
