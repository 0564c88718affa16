#include "primitives/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <system_error>

#include "primitives/internal/batch_arguments.h"
#include "primitives/internal/index_batch.h"
#include "primitives/internal/spin_until.h"
#include "primitives/internal/thread_name.h"

namespace contend {
namespace {

// The pool whose worker this thread is.
thread_local const ThreadPool* current_pool = nullptr;

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
    : workers_(internal::checked_workers(workers)), options_(std::move(options)) {
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
  if (current_pool == this) {
    throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur),
                            "ThreadPool '" + options_.name +
                                "': shutdown() in one of its own workers would wait for itself; "
                                "call it from another thread");
  }
  stop();
  if (pending == Shutdown::cancel_pending) {
    refuse_pending(std::make_exception_ptr(FutureCancelled()));
  }
  const std::scoped_lock guard(join_mutex_);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ThreadPool::enqueue(internal::Task task) {
  unsigned to_wake = 0;
  {
    const auto lock = lock_queue();
    check_open();
    queue_.push_back(std::move(task));
    to_wake = workers_to_wake(1);
  }
  wake(to_wake);
}

void ThreadPool::run_batch(std::size_t count, internal::IndexBody body) {
  if (count == 0) return;
  if (current_pool == this) {
    for (std::size_t index = 0; index < count; ++index) body.call(body.object, index);
    return;
  }
  const auto helpers = static_cast<unsigned>(std::min<std::size_t>(workers_, count));
  internal::IndexBatch batch(count, helpers, body);
  enqueue_helpers(batch, helpers);
  batch.wait();
}

void ThreadPool::enqueue_helpers(internal::IndexBatch& batch, unsigned helpers) {
  unsigned to_wake = 0;
  {
    const auto lock = lock_queue();
    check_open();
    const auto before = static_cast<std::ptrdiff_t>(queue_.size());
    try {
      for (unsigned helper = 0; helper < helpers; ++helper) {
        queue_.emplace_back([&batch](const std::exception_ptr& refusal) { batch.help(refusal); });
      }
    } catch (...) {  // out of memory: all of them or none, since they refer to the caller's stack
      queue_.erase(queue_.begin() + before, queue_.end());
      throw;
    }
    to_wake = workers_to_wake(helpers);
  }
  wake(to_wake);
}

void ThreadPool::work(unsigned index) noexcept {
  current_pool = this;
  internal::name_this_thread(options_.name, index);
  try {
    if (options_.initializer) options_.initializer();
  } catch (...) {
    break_pool(std::current_exception());
    return;
  }
  while (std::optional<internal::Task> task = next_task()) (*task)(nullptr);
}

void ThreadPool::break_pool(const std::exception_ptr& cause) {
  const auto error = std::make_exception_ptr(BrokenPool(
      "ThreadPool '" + options_.name + "' is broken: a worker's initializer threw: " + text_of(cause) +
          "; build another pool with one that succeeds",
      cause));
  {
    const auto lock = lock_queue();
    if (!broken_) broken_ = error;
  }
  stop();
  refuse_pending(error);
}

std::optional<internal::Task> ThreadPool::next_task() {
  auto lock = lock_queue();
  if (!queue_.empty()) return take_task();
  ++searching_;
  while (queue_.empty() && !stopping_) {
    lock.unlock();
    // Relaxed: a hint; the queue is read under the mutex.
    internal::spin_until<Platform>([this] { return has_tasks_.load(std::memory_order_relaxed); });
    lock.lock();
    if (queue_.empty() && !stopping_) sleep(lock);
  }
  --searching_;
  if (queue_.empty()) return std::nullopt;
  internal::Task task = take_task();
  const unsigned to_wake = workers_to_wake(queue_.size());
  lock.unlock();
  wake(to_wake);
  return task;
}

internal::Task ThreadPool::take_task() {
  internal::Task task = std::move(queue_.front());
  queue_.pop_front();
  // Relaxed: as in next_task().
  if (queue_.empty()) has_tasks_.store(false, std::memory_order_relaxed);
  return task;
}

/// From searching to sleeping, and back to searching by whoever granted the wake-up.
void ThreadPool::sleep(std::unique_lock<std::mutex>& lock) {
  --searching_;
  ++sleeping_;
  lock.unlock();
  for (;;) {
    std::uint32_t granted = wake_ups_.load();
    if (granted == 0) {
      Platform::wait(wake_ups_, 0);
    } else if (wake_ups_.compare_exchange_weak(granted, granted - 1)) {
      break;
    }
  }
  lock.lock();
}

/// Spins before it sleeps: the mutex is held for some ten nanoseconds, and std::mutex goes to the kernel at
/// once.
std::unique_lock<std::mutex> ThreadPool::lock_queue() {
  std::unique_lock lock(mutex_, std::try_to_lock);
  constexpr int attempts = 100;
  if (!lock && !internal::spin_until<Platform>([&lock] { return lock.try_lock(); }, attempts)) lock.lock();
  return lock;
}

void ThreadPool::check_open() const {
  if (broken_) std::rethrow_exception(broken_);
  if (stopping_) {
    throw PoolShutDown("ThreadPool '" + options_.name + "' was shut down; submit to a pool that is running");
  }
}

/// Called with the mutex held, after `tasks` of the queue became available; the caller then calls wake()
/// without it.
unsigned ThreadPool::workers_to_wake(std::size_t tasks) {
  if (queue_.empty()) return 0;
  // Relaxed: as in next_task().
  has_tasks_.store(true, std::memory_order_relaxed);
  const std::size_t uncovered = tasks > searching_ ? tasks - searching_ : 0;
  // One that searches wakes the next one when it has found a task, so a single task needs no second one.
  const auto count = static_cast<unsigned>(std::min<std::size_t>(uncovered, sleeping_));
  sleeping_ -= count;
  searching_ += count;
  return count;
}

void ThreadPool::wake(unsigned workers) {
  if (workers == 0) return;
  wake_ups_.fetch_add(workers);
  Platform::wake(wake_ups_, static_cast<int>(workers));
}

void ThreadPool::stop() {
  unsigned sleepers = 0;
  {
    const auto lock = lock_queue();
    stopping_ = true;
    sleepers = std::exchange(sleeping_, 0);
    searching_ += sleepers;
  }
  wake(sleepers);
}

void ThreadPool::refuse_pending(const std::exception_ptr& refusal) {
  std::deque<internal::Task> refused;
  {
    const auto lock = lock_queue();
    refused.swap(queue_);
    // Relaxed: as in next_task().
    has_tasks_.store(false, std::memory_order_relaxed);
  }
  for (internal::Task& task : refused) task(refusal);
}

}  // namespace contend
