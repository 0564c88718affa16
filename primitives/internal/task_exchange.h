#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <vector>

#include "primitives/internal/backlog.h"
#include "primitives/internal/cache_line.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/task.h"
#include "primitives/internal/task_list.h"
#include "primitives/internal/worker_tasks.h"
#include "primitives/lock.h"

namespace contend::internal {

/// Where the tasks of a pool wait for its workers, and the workers for tasks.
///
/// Tasks from outside queue in two lists, so that those who submit and those who work seldom meet: a worker that finds
/// the list of workers empty takes over all of the other. Where many tasks wait a worker takes several at a time, up to
/// `most_at_once`, which then wait at that worker, and from there others may still take them. So do the tasks that it
/// submits itself, which it takes youngest first, the others oldest first: in programs that divide and conquer that is
/// the largest. Source of that order: R. Blumofe and C. Leiserson, "Scheduling Multithreaded Computations by Work
/// Stealing" (1999).
///
/// A worker is busy, searching (awake, without a task) or sleeping. Whenever both locks are free: a task waits in the
/// lists and a worker sleeps => some worker is searching. For tasks that wait at a worker the same holds when those have
/// looked who must: who pushes one looks for searching and sleeping workers after that, or has pushed it with the lock
/// that a worker takes before it sleeps; and who ceases to search looks for such tasks after it has said so. Of the two,
/// one sees the other. Source of the throttle: the Go and Tokio schedulers.
class TaskExchange {
  using Platform = ThreadPlatform;

 public:
  /// At most `backlog` tasks wait in the queue; 0: any number.
  TaskExchange(unsigned workers, std::uint32_t backlog);

  unsigned workers() const { return static_cast<unsigned>(seats_.size()); }

  /// For threads other than the workers. False: no room until the deadline. Throws what close() was called with.
  bool submit(TaskPtr task, Deadline deadline);

  /// All of them or none, whatever the backlog.
  void submit_all(std::vector<TaskPtr> tasks);

  /// For a worker. Throws what close() was called with.
  void spawn(WorkerTasks& own, TaskPtr task);

  WorkerTasks& spawned(unsigned worker) { return seats_[worker].spawned; }

  /// For a worker, which sleeps until there is a task. Null: there will never be one again.
  TaskPtr next(unsigned worker);

  /// Submitting throws `reason` from now on, or that of an earlier call. Workers go when they find nothing.
  void close(const std::exception_ptr& reason);

  /// All tasks that wait get that. For a closed one.
  void refuse_all(const std::exception_ptr& refusal);

 private:
  /// The tasks that wait at one worker.
  struct Seat {
    Seat() : taken(most_at_once), spawned(most_at_once) {}

    bool looks_empty() const { return taken.looks_empty() && spawned.looks_empty(); }
    bool is_empty() { return taken.is_empty() && spawned.is_empty(); }

    WorkerTasks taken;  // from the queue
    WorkerTasks spawned;
    unsigned turn = 0;  // of the worker
  };

  static constexpr std::size_t most_at_once = 16;

  void check_open() const;
  TaskPtr take(Seat& seat);
  TaskPtr take_own(Seat& seat);
  TaskPtr take_taken(Seat& seat);
  TaskPtr take_queued(Seat& seat);
  TaskPtr pop_some(Seat& seat);
  bool refill();

  TaskPtr find(unsigned worker);
  TaskPtr find_queued(Seat& seat);
  TaskPtr find_elsewhere(unsigned worker);
  void look_for_tasks() const;
  bool sleep();
  void await_wake_up();

  unsigned workers_to_wake(std::size_t tasks);
  void wake_for_one();
  void wake_for_seats();
  void wake(unsigned workers);

  std::vector<Seat> seats_;

  // Who locks both locks this one first; who locks tasks at a seat, too, those last.
  alignas(cache_line_size) Lock out_lock_;
  TaskList out_;  // guarded by out_lock_: the oldest tasks

  // Both guarded by in_lock_.
  alignas(cache_line_size) Lock in_lock_;
  TaskList in_;
  std::exception_ptr closed_;

  // Changed with in_lock_ only.
  alignas(cache_line_size) std::atomic<unsigned> searching_{0};
  std::atomic<unsigned> sleeping_{0};
  std::atomic<bool> closing_{false};

  // Wake-ups that were granted and not yet taken: a counting semaphore.
  alignas(cache_line_size) Platform::Word wake_ups_{0};

  alignas(cache_line_size) Backlog backlog_;  // of in_ and out_, and of what workers have taken from there
};

}  // namespace contend::internal
