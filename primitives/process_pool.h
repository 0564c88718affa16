#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/pool_error.h"

namespace contend {

/// What becomes of the item that a worker was at when it died.
enum class OnDeath {
  retry,  // given to another worker: done at least once, perhaps twice or in part before
  fail,   // reported as lost: done at most once
};

struct ProcessPoolOptions {
  OnDeath on_death = OnDeath::retry;
  /// With OnDeath::retry: an item that has brought down this many workers is reported as lost all the same.
  unsigned max_deaths_per_item = 3;
  /// The workers are named NAME-0, NAME-1, ... for the kernel (15 characters).
  std::string name = "worker";
};

/// An item without a result: `error` holds a RemoteError or a BrokenWorker.
struct ItemFailure {
  std::size_t index;
  std::exception_ptr error;
};

/// A fixed number of processes, forked once, that compute items and share only the memory through which
/// items and results pass. Models Executor.
///
/// For: work in which the threads of one process get in each other's way (an allocator, a global lock, an
/// interpreter), or that may crash. Not for: work that must see what the caller changes after the pool was
/// built (the workers have a copy of the memory and of the open descriptors as they were then), nor for
/// results of more than 64 bits.
///
/// Guarantees: run() returns when every item has its result, or throws when every item has its result or a
/// known failure. A worker may be killed at any moment, all of them at once and again and again: that is
/// noticed within milliseconds through its pidfd, also while the pool is idle; the worker is replaced, and
/// its item is retried or reported as OnDeath says. Other items are not touched by it. What is done before
/// the pool is built happens before all items; an item happens before the return of run(). If this process
/// dies, the kernel kills the workers.
///
/// Progress: blocking; between the parent and its workers there is no lock that a dead one could hold. An
/// item that does not end holds up its batch until its worker is killed.
///
/// Cost: an item is two compare-and-swaps and an exchange, on two cache lines, and no allocation. Who waits
/// looks for some microseconds before it sleeps (futex); a wake-up is a system call. An idle worker wakes
/// once a second to see whether this process still lives. Memory: 320 bytes for each of 4,096 slots or
/// more, of which 256 are touched only by an item that throws. One descriptor for each worker and one more;
/// one thread, which forks the workers and sleeps until one dies.
///
/// Misuse: in a process forked from this one the pool must be left alone, not destroyed: leave with _exit.
class ProcessPool {
 public:
  /// Forks the workers, which keep a copy of `function`. It must not take a lock that another thread of this
  /// process may hold at a fork (glibc's malloc and stdio are safe); workers are forked again whenever one
  /// dies.
  /// Throws std::invalid_argument for no function, no workers or more than 65,535, or max_deaths_per_item 0;
  /// std::system_error if the system gives no processes or no memory.
  ProcessPool(ItemFunction function, unsigned workers, ProcessPoolOptions options = {});
  ~ProcessPool();

  /// results[i] = function(ids[i]) for every i. If items failed, throws the error of the first of them in
  /// order, when all the others have their results: RemoteError if the function threw, BrokenWorker if the
  /// worker died. The pool remains usable. One batch at a time: a second caller waits.
  /// Throws BrokenPool if there are no workers and no new ones can be started, std::invalid_argument if the
  /// spans differ in length.
  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results);

  /// As run(), but returns all failures, in order. The results of failed items are left as they were.
  std::vector<ItemFailure> try_run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results);

  /// The workers' processes; 0 for one that has died and is about to be replaced.
  std::vector<pid_t> worker_pids() const;
  /// How many workers have died so far.
  std::uint64_t deaths() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace contend
