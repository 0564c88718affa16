#include "primitives/internal/task_exchange.h"

#include <algorithm>
#include <utility>

#include "primitives/internal/spin_wait.h"
#include "primitives/scope_guard.h"

namespace contend::internal {
namespace {

/// With so many tasks submitted and not taken, those that search for one seem to have lost their CPUs.
constexpr std::size_t late_after = 16;

/// Of so many tasks a worker that has some of its own takes one from outside, if there is one.
constexpr unsigned turns_to_others = 64;

/// A worker takes several tasks at a time where the queue has so many such helpings for each worker.
constexpr std::size_t helpings = 2;

void refuse_each(TaskList& tasks, const std::exception_ptr& refusal) {
  while (!tasks.empty()) refuse(tasks.pop_oldest(), refusal);
}

}  // namespace

TaskExchange::TaskExchange(unsigned workers, std::uint32_t backlog) : seats_(workers), backlog_(backlog) {}

bool TaskExchange::submit(TaskPtr task, Deadline deadline) {
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

void TaskExchange::submit_all(std::vector<TaskPtr> tasks) {
  unsigned to_wake = 0;
  {
    const std::scoped_lock guard(in_lock_);
    check_open();
    const std::size_t before = in_.size();
    try {
      for (TaskPtr& task : tasks) in_.push(std::move(task));
    } catch (...) {
      in_.drop(in_.size() - before);
      throw;
    }
    const auto count = static_cast<std::uint32_t>(tasks.size());
    backlog_.add(count);
    to_wake = workers_to_wake(count);
  }
  wake(to_wake);
}

void TaskExchange::spawn(WorkerTasks& own, TaskPtr task) {
  if (!own.push(std::move(task), closing_)) {
    const std::scoped_lock guard(in_lock_);
    check_open();
  }
  wake_for_one();
}

TaskPtr TaskExchange::next(unsigned worker) {
  if (TaskPtr task = take(seats_[worker])) return task;
  // From here on this worker is searching.
  do {
    look_for_tasks();
    if (TaskPtr task = find(worker)) return task;
  } while (sleep());
  return nullptr;
}

void TaskExchange::close(const std::exception_ptr& reason) {
  unsigned sleepers = 0;
  {
    const std::scoped_lock guard(in_lock_);
    if (!closed_) closed_ = reason;
    closing_ = true;
    sleepers = sleeping_.exchange(0);
    searching_ += sleepers;
  }
  wake(sleepers);
}

void TaskExchange::refuse_all(const std::exception_ptr& refusal) {
  TaskList older;
  TaskList younger;
  {
    const std::scoped_lock out(out_lock_);
    const std::scoped_lock in(in_lock_);
    out_.move_to(older);
    in_.move_to(younger);
  }
  backlog_.leave(static_cast<std::uint32_t>(older.size() + younger.size()));
  refuse_each(older, refusal);
  refuse_each(younger, refusal);
  for (Seat& seat : seats_) {
    while (TaskPtr task = take_taken(seat)) refuse(std::move(task), refusal);
    TaskList spawned;
    seat.spawned.move_to(spawned);
    refuse_each(spawned, refusal);
  }
}

void TaskExchange::check_open() const {
  if (closed_) std::rethrow_exception(closed_);
}

/// For a busy worker. Null: it is a searching one now.
TaskPtr TaskExchange::take(Seat& seat) {
  if (++seat.turn % turns_to_others != 0 || (out_.looks_empty() && in_.looks_empty())) {
    if (TaskPtr task = take_own(seat)) return task;
  } else if (TaskPtr task = take_taken(seat)) {
    return task;
  }
  return take_queued(seat);
}

TaskPtr TaskExchange::take_own(Seat& seat) {
  TaskPtr task = seat.spawned.take_youngest();
  return task ? std::move(task) : take_taken(seat);
}

TaskPtr TaskExchange::take_taken(Seat& seat) {
  TaskPtr task = seat.taken.take_oldest();
  if (task) backlog_.leave();
  return task;
}

TaskPtr TaskExchange::take_queued(Seat& seat) {
  const std::scoped_lock guard(out_lock_);
  return out_.empty() && !refill() ? nullptr : pop_some(seat);
}

/// With out_lock_: one to run, and more for later, if it is a fair share.
TaskPtr TaskExchange::pop_some(Seat& seat) {
  TaskPtr first = out_.pop_oldest();
  backlog_.leave();
  const std::size_t share = std::min(out_.size() / (helpings * seats_.size()), most_at_once);
  if (share > 0) seat.taken.push_from(out_, share);
  return first;
}

/// With out_lock_: takes over what has been submitted. False: nothing, and the worker searches.
bool TaskExchange::refill() {
  const std::scoped_lock guard(in_lock_);
  in_.move_to(out_);
  if (out_.empty()) ++searching_;
  return !out_.empty();
}

/// For a searching worker, which is a busy one if there is a task, and then wakes others for the rest.
TaskPtr TaskExchange::find(unsigned worker) {
  TaskPtr task = find_queued(seats_[worker]);
  if (!task) task = find_elsewhere(worker);
  if (task) wake_for_seats();
  return task;
}

TaskPtr TaskExchange::find_queued(Seat& seat) {
  std::unique_lock out(out_lock_);
  std::unique_lock in(in_lock_);
  if (out_.empty()) in_.move_to(out_);
  if (out_.empty()) return nullptr;
  searching_ -= 1;
  const unsigned to_wake = workers_to_wake(out_.size() + in_.size() - 1);
  in.unlock();
  TaskPtr task = pop_some(seat);
  out.unlock();
  wake(to_wake);
  return task;
}

TaskPtr TaskExchange::find_elsewhere(unsigned worker) {
  TaskPtr task;
  for (std::size_t i = 1; i <= seats_.size() && !task; ++i) {
    Seat& seat = seats_[(worker + i) % seats_.size()];
    task = take_taken(seat);
    if (!task) task = seats_[worker].spawned.steal_from(seat.spawned, most_at_once, closing_);
  }
  if (!task) return nullptr;
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

void TaskExchange::look_for_tasks() const {
  yield_until<Platform>([this] {
    // Relaxed: a hint; it is read again with the lock.
    return !out_.looks_empty() || !in_.looks_empty() || closing_.load(std::memory_order_relaxed) ||
           !std::ranges::all_of(seats_, &Seat::looks_empty);
  });
}

/// From searching to sleeping, and back to searching by whoever granted the wake-up. False: no task will ever
/// come.
bool TaskExchange::sleep() {
  {
    const std::scoped_lock out(out_lock_);
    const std::scoped_lock in(in_lock_);
    if (!out_.empty() || !in_.empty()) return true;
    // Who has pushed a task at a seat before this was closed may rely on this worker.
    if (closing_ && !std::ranges::all_of(seats_, &Seat::is_empty)) return true;
    searching_ -= 1;
    if (closing_) return false;
    sleeping_ += 1;
  }
  wake_for_seats();
  await_wake_up();
  return true;
}

void TaskExchange::await_wake_up() {
  for (;;) {
    std::uint32_t granted = wake_ups_.load();
    if (granted == 0) {
      Platform::wait(wake_ups_, 0);
    } else if (wake_ups_.compare_exchange_weak(granted, granted - 1)) {
      return;
    }
  }
}

/// Called with in_lock_, when `tasks` wait; the caller then calls wake() without it.
unsigned TaskExchange::workers_to_wake(std::size_t tasks) {
  const std::size_t uncovered = tasks > searching_ ? tasks - searching_ : 0;
  // One that searches wakes the next one when it has found a task, so a single task needs no second one.
  const auto count = static_cast<unsigned>(std::min<std::size_t>(uncovered, sleeping_.load()));
  if (count == 0) return 0;
  sleeping_ -= count;
  searching_ += count;
  return count;
}

/// For a worker that has pushed a task at its seat.
void TaskExchange::wake_for_one() {
  if (sleeping_ == 0 || searching_ != 0) return;
  unsigned to_wake = 0;
  {
    const std::scoped_lock guard(in_lock_);
    to_wake = workers_to_wake(1);
  }
  wake(to_wake);
}

/// For a worker that has ceased to search.
void TaskExchange::wake_for_seats() {
  if (sleeping_ == 0) return;
  // At least so many tasks; who is woken looks again.
  const auto seats = std::ranges::count(seats_, false, &Seat::looks_empty);
  if (seats == 0) return;
  unsigned to_wake = 0;
  {
    const std::scoped_lock guard(in_lock_);
    to_wake = workers_to_wake(static_cast<std::size_t>(seats));
  }
  wake(to_wake);
}

void TaskExchange::wake(unsigned workers) {
  if (workers == 0) return;
  wake_ups_.fetch_add(workers);
  Platform::wake(wake_ups_, static_cast<int>(workers));
}

}  // namespace contend::internal
