#include "primitives/thread_pool.h"

#include <algorithm>
#include <system_error>

#include "primitives/internal/batch_arguments.h"
#include "primitives/internal/first_error.h"
#include "primitives/internal/pool_worker.h"
#include "primitives/internal/thread_name.h"

namespace contend {
namespace {

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace

ThreadPool::ThreadPool(unsigned workers, ThreadPoolOptions options)
    : options_(std::move(options)),
      exchange_(internal::checked_workers(workers), options_.backlog),
      errors_("a task of ThreadPool '" + options_.name + "', whose exception nobody fetched") {
  threads_.reserve(workers);
  try {
    for (unsigned index = 0; index < workers; ++index) {
      threads_.emplace_back([this, index] { work(index); });
    }
  } catch (...) {
    shutdown();
    throw;
  }
}

ThreadPool::~ThreadPool() { shutdown(); }

void ThreadPool::shutdown(Shutdown pending) {
  if (internal::this_worker.pool == this) {
    throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur),
                            "ThreadPool '" + options_.name +
                                "': shutdown() in one of its own workers would wait for itself; "
                                "call it from another thread");
  }
  begin_shutdown(pending);
  const std::scoped_lock guard(join_mutex_);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  errors_.report_all();
}

void ThreadPool::begin_shutdown(Shutdown pending) {
  exchange_.close(std::make_exception_ptr(
      PoolShutDown("ThreadPool '" + options_.name + "' was shut down; submit to a pool that is running")));
  if (pending == Shutdown::cancel_pending) exchange_.refuse_all(std::make_exception_ptr(FutureCancelled()));
}

/// False: no room for it until the deadline.
bool ThreadPool::enqueue(internal::TaskPtr task, internal::Deadline deadline) {
  if (internal::this_worker.pool != this) return exchange_.submit(std::move(task), deadline);
  exchange_.spawn(*internal::this_worker.spawned, std::move(task));
  return true;
}

void ThreadPool::run_batch(std::size_t count, internal::IndexBody body, Caller caller) {
  if (count == 0) return;
  if (internal::this_worker.pool == this) {
    internal::FirstError error;
    body.call(body.object, 0, count, error);
    return error.rethrow();
  }
  const auto together = static_cast<unsigned>(std::min<std::size_t>(workers(), count));
  const unsigned helpers = caller == Caller::helps ? together - 1 : together;
  const internal::TaskPtr share = internal::IndexBatch::make(count, together, helpers, body);
  internal::IndexBatch& batch = internal::IndexBatch::of(share);
  std::vector<internal::TaskPtr> tasks(helpers);
  for (internal::TaskPtr& task : tasks) task = batch.helper();
  exchange_.submit_all(std::move(tasks));
  if (caller == Caller::helps) batch.work_through();
  batch.wait();
}

void ThreadPool::work(unsigned index) noexcept {
  internal::this_worker = {.pool = this,
                           .spawned = &exchange_.spawned(index),
                           .errors = &errors_,
                           .middle_of_stack = internal::middle_of_stack()};
  internal::name_this_thread(options_.name, index);
  try {
    if (options_.initializer) options_.initializer();
  } catch (...) {
    break_pool(std::current_exception());
    return;
  }
  while (internal::TaskPtr task = exchange_.next(index)) internal::run(std::move(task));
}

void ThreadPool::break_pool(const std::exception_ptr& cause) {
  const auto error = std::make_exception_ptr(BrokenPool(
      "ThreadPool '" + options_.name + "' is broken: a worker's initializer threw: " + text_of(cause) +
          "; build another pool with one that succeeds",
      cause));
  exchange_.close(error);
  exchange_.refuse_all(error);
}

}  // namespace contend
