#include "primitives/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <system_error>

#include "primitives/internal/batch_arguments.h"
#include "primitives/internal/index_batch.h"
#include "primitives/internal/spin_wait.h"
#include "primitives/internal/thread_name.h"
#include "primitives/scope_guard.h"

namespace contend {
namespace {

/// With so many tasks submitted and not taken, those that search for one seem to have lost their CPUs.
constexpr std::size_t late_after = 16;

/// Of so many tasks a worker that has some of its own takes one from outside, if there is one.
constexpr unsigned turns_to_others = 64;

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
    : workers_(internal::checked_workers(workers)),
      options_(std::move(options)),
      spawned_(workers),
      backlog_(options_.backlog),
      errors_("a task of ThreadPool '" + options_.name + "', from whose future nobody fetched it") {
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
  if (internal::worker_of == this) {
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
  stop();
  if (pending == Shutdown::cancel_pending) refuse_pending(std::make_exception_ptr(FutureCancelled()));
}

/// False: no room for it until the deadline.
bool ThreadPool::enqueue(internal::Task task, const void* id, internal::Deadline deadline) {
  if (internal::worker_of == this) {
    spawn(std::move(task), id);
    return true;
  }
  if (!backlog_.enter(deadline)) return false;
  ScopeGuard leave([this] { backlog_.leave(); });
  unsigned to_wake = 0;
  {
    const std::scoped_lock guard(in_lock_);
    check_open();
    in_.push(std::move(task));
    to_wake = workers_to_wake(in_.size() % late_after == 0 ? searching_ + 1 : 1);
  }
  leave.dismiss();
  wake(to_wake);
  return true;
}

void ThreadPool::spawn(internal::Task task, const void* id) {
  if (!internal::spawned_here->push(std::move(task), id, stopping_)) {
    const std::scoped_lock guard(in_lock_);
    check_open();
  }
  if (sleeping_ == 0 || searching_ != 0) return;
  unsigned to_wake = 0;
  {
    const std::scoped_lock guard(in_lock_);
    to_wake = workers_to_wake(1);
  }
  wake(to_wake);
}

void ThreadPool::run_batch(std::size_t count, internal::IndexBody body) {
  if (count == 0) return;
  if (internal::worker_of == this) {
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
    const std::scoped_lock guard(in_lock_);
    check_open();
    const std::size_t before = in_.size();
    try {
      for (unsigned helper = 0; helper < helpers; ++helper) {
        in_.push(internal::Task([&batch](const std::exception_ptr& refusal) { batch.help(refusal); }));
      }
    } catch (...) {  // out of memory: all of them or none, since they refer to the caller's stack
      in_.drop(in_.size() - before);
      throw;
    }
    backlog_.add(helpers);
    to_wake = workers_to_wake(helpers);
  }
  wake(to_wake);
}

void ThreadPool::work(unsigned index) noexcept {
  internal::worker_of = this;
  internal::SpawnedTasks& own = spawned_[index];
  internal::spawned_here = &own;
  internal::errors_here = &errors_;
  internal::name_this_thread(options_.name, index);
  try {
    if (options_.initializer) options_.initializer();
  } catch (...) {
    break_pool(std::current_exception());
    return;
  }
  for (unsigned turn = 1;; ++turn) {
    std::optional<internal::Task> task = next_task(own, turn % turns_to_others != 0);
    if (!task) return;
    (*task)(nullptr);
  }
}

void ThreadPool::break_pool(const std::exception_ptr& cause) {
  const auto error = std::make_exception_ptr(BrokenPool(
      "ThreadPool '" + options_.name + "' is broken: a worker's initializer threw: " + text_of(cause) +
          "; build another pool with one that succeeds",
      cause));
  {
    const std::scoped_lock guard(in_lock_);
    if (!broken_) broken_ = error;
  }
  stop();
  refuse_pending(error);
}

std::optional<internal::Task> ThreadPool::next_task(internal::SpawnedTasks& own, bool own_first) {
  if (own_first || (out_.looks_empty() && in_.looks_empty())) {
    if (std::optional<internal::Task> task = own.take_youngest()) return task;
  }
  if (std::optional<internal::Task> task = take_task()) return task;
  // From here on this worker is searching.
  do {
    look_for_tasks();
    if (std::optional<internal::Task> task = find_task()) return task;
  } while (sleep());
  return std::nullopt;
}

/// For a busy worker. None: it is a searching one now.
std::optional<internal::Task> ThreadPool::take_task() {
  const std::scoped_lock guard(out_lock_);
  if (out_.empty() && !refill()) return std::nullopt;
  backlog_.leave();
  return out_.pop();
}

/// Takes over what has been submitted. False: nothing, and the worker searches.
bool ThreadPool::refill() {
  const std::scoped_lock guard(in_lock_);
  out_.swap(in_);
  if (out_.empty()) ++searching_;
  return !out_.empty();
}

/// For a searching worker, which is a busy one if there is a task, and then wakes others for the rest.
std::optional<internal::Task> ThreadPool::find_task() {
  std::optional<internal::Task> task = find_submitted();
  if (!task) task = find_spawned();
  if (task) wake_for_spawned();
  return task;
}

std::optional<internal::Task> ThreadPool::find_submitted() {
  std::unique_lock out(out_lock_);
  std::unique_lock in(in_lock_);
  if (out_.empty()) out_.swap(in_);
  if (out_.empty()) return std::nullopt;
  searching_ -= 1;
  const unsigned to_wake = workers_to_wake(out_.size() + in_.size() - 1);
  in.unlock();
  internal::Task task = out_.pop();
  out.unlock();
  backlog_.leave();
  wake(to_wake);
  return task;
}

std::optional<internal::Task> ThreadPool::find_spawned() {
  std::optional<internal::Task> task;
  for (std::size_t i = 0; i < spawned_.size() && !task; ++i) task = spawned_[i].take_oldest();
  if (!task) return std::nullopt;
  unsigned to_wake = 0;
  {
    const std::scoped_lock out(out_lock_);
    const std::scoped_lock in(in_lock_);
    searching_ -= 1;
    to_wake = workers_to_wake(out_.size() + in_.size());
  }
  wake(to_wake);
  return task;
}

void ThreadPool::look_for_tasks() const {
  internal::yield_until<Platform>([this] {
    // Relaxed: a hint; it is read again with the lock.
    return !out_.looks_empty() || !in_.looks_empty() || stopping_.load(std::memory_order_relaxed) ||
           !std::ranges::all_of(spawned_, &internal::SpawnedTasks::looks_empty);
  });
}

/// From searching to sleeping, and back to searching by whoever granted the wake-up. False: no task will ever
/// come.
bool ThreadPool::sleep() {
  {
    const std::scoped_lock out(out_lock_);
    const std::scoped_lock in(in_lock_);
    if (!out_.empty() || !in_.empty()) return true;
    searching_ -= 1;
    if (stopping_) return false;
    sleeping_ += 1;
  }
  wake_for_spawned();
  await_wake_up();
  return true;
}

void ThreadPool::await_wake_up() {
  for (;;) {
    std::uint32_t granted = wake_ups_.load();
    if (granted == 0) {
      Platform::wait(wake_ups_, 0);
    } else if (wake_ups_.compare_exchange_weak(granted, granted - 1)) {
      return;
    }
  }
}

void ThreadPool::check_open() const {
  if (broken_) std::rethrow_exception(broken_);
  if (stopping_) {
    throw PoolShutDown("ThreadPool '" + options_.name + "' was shut down; submit to a pool that is running");
  }
}

/// Called with in_lock_, when `tasks` wait; the caller then calls wake() without it.
unsigned ThreadPool::workers_to_wake(std::size_t tasks) {
  const std::size_t uncovered = tasks > searching_ ? tasks - searching_ : 0;
  // One that searches wakes the next one when it has found a task, so a single task needs no second one.
  const auto count = static_cast<unsigned>(std::min<std::size_t>(uncovered, sleeping_.load()));
  sleeping_ -= count;
  searching_ += count;
  return count;
}

/// For a worker that has ceased to search.
void ThreadPool::wake_for_spawned() {
  // At least so many; who is woken looks again.
  const auto tasks = std::ranges::count(spawned_, false, &internal::SpawnedTasks::looks_empty);
  if (tasks == 0) return;
  unsigned to_wake = 0;
  {
    const std::scoped_lock guard(in_lock_);
    to_wake = workers_to_wake(static_cast<std::size_t>(tasks));
  }
  wake(to_wake);
}

void ThreadPool::wake(unsigned workers) {
  if (workers == 0) return;
  wake_ups_.fetch_add(workers);
  Platform::wake(wake_ups_, static_cast<int>(workers));
}

void ThreadPool::stop() {
  unsigned sleepers = 0;
  {
    const std::scoped_lock guard(in_lock_);
    stopping_ = true;
    sleepers = sleeping_.exchange(0);
    searching_ += sleepers;
  }
  wake(sleepers);
}

void ThreadPool::refuse_pending(const std::exception_ptr& refusal) {
  internal::TaskList older;
  internal::TaskList younger;
  {
    const std::scoped_lock out(out_lock_);
    const std::scoped_lock in(in_lock_);
    older.swap(out_);
    younger.swap(in_);
  }
  backlog_.leave(static_cast<std::uint32_t>(older.size() + younger.size()));
  while (!older.empty()) older.pop()(refusal);
  while (!younger.empty()) younger.pop()(refusal);
  for (internal::SpawnedTasks& each : spawned_) {
    while (std::optional<internal::Task> task = each.take_oldest()) (*task)(refusal);
  }
}

}  // namespace contend
