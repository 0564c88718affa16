#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "primitives/internal/batch_arguments.h"
#include "primitives/internal/item_processes.h"
#include "primitives/internal/marshalling.h"
#include "primitives/pool_error.h"
#include "primitives/process_pool_options.h"

namespace contend {

/// A fixed number of processes, forked once, that compute items and share only the memory through which
/// items and results pass. A result is a plain value (trivially copyable, without pointers) of any size, or
/// a sequence of such values, a std::string or a std::vector, whose length varies. Models Executor where it is a
/// std::uint64_t.
///
/// For: work in which the threads of one process get in each other's way (an allocator, a global lock, an
/// interpreter), or that may crash. Not for: work that must see what the caller changes after the pool was
/// built (the workers have a copy of the memory and of the open descriptors as they were then), nor for
/// results that hold pointers: write those into a std::string.
///
/// Guarantees: run() returns when every item has its result, or throws when every item has its result or a
/// known failure. A worker may be killed at any moment, all of them at once and again and again: that is
/// noticed within milliseconds through its pidfd, also while the pool is idle; the worker is replaced, and
/// its item is retried or reported as OnDeath says. Other items are not touched by it, and of a result that was
/// half written nothing is seen. What is done before
/// the pool is built happens before all items; an item happens before the return of run(). If this process
/// dies, the kernel kills the workers.
///
/// Progress: blocking; between the parent and its workers there is no lock that a dead one could hold. An
/// item that does not end holds up its batch until its worker is killed.
///
/// Cost: an item is two compare-and-swaps and an exchange, on two cache lines, and no allocation. Who waits
/// looks for some microseconds before it sleeps (futex); a wake-up is a system call. An idle worker wakes
/// once a second to see whether this process still lives. Memory: 320 bytes for each of 4,096 slots or
/// more, of which 256 are touched only by an item that throws. Results of more than 8 bytes are copied once into
/// shared memory and once out of it; it holds 64 MiB of them at the most, or two for each worker where that is more,
/// so many items are given out at once; what was touched of it is given back with the pool. One descriptor for
/// each worker and one more; one thread, which forks the workers and sleeps until one dies.
///
/// Misuse: in a process forked from this one the pool must be left alone, not destroyed: leave with _exit.
template <class R>
class BasicProcessPool {
  static_assert(
      internal::MarshalledResult<R>,
      "a result is a trivially copyable value without pointers, or a std::string or std::vector of such");
  using Marshalling = internal::Marshalling<R>;

 public:
  using Function = std::function<R(std::uint64_t id)>;

  /// Forks the workers, which keep a copy of `function`. It must not take a lock that another thread of this
  /// process may hold at a fork (glibc's malloc and stdio are safe); workers are forked again whenever one
  /// dies.
  /// Throws std::invalid_argument for no function, no workers or more than 65,535, max_deaths_per_item 0, or
  /// results of more than 1 GiB; std::system_error if the system gives no processes or no memory.
  BasicProcessPool(Function function, unsigned workers, ProcessPoolOptions options = {})
      : processes_(computed_by(std::move(function)), workers, Marshalling::room(options.max_result_bytes),
                   options) {}

  /// results[i] = function(ids[i]) for every i. If items failed, throws the error of the first of them in
  /// order, when all the others have their results: RemoteError if the function threw or its result was longer
  /// than max_result_bytes, BrokenWorker if the worker died. The pool remains usable. One batch at a time: a
  /// second caller waits.
  /// Throws BrokenPool if there are no workers and no new ones can be started, std::invalid_argument if the
  /// spans differ in length.
  void run(std::span<const std::uint64_t> ids, std::span<R> results) {
    const std::vector<ItemFailure> failures = try_run(ids, results);
    if (!failures.empty()) std::rethrow_exception(failures.front().error);
  }

  /// As run(), but returns all failures, in order. The results of failed items are left as they were.
  std::vector<ItemFailure> try_run(std::span<const std::uint64_t> ids, std::span<R> results) {
    internal::check_batch(ids, results);
    return processes_.try_run(
        ids, [results](std::size_t index, std::uint64_t word, std::span<const std::byte> room) {
          Marshalling::read(word, room, results[index]);
        });
  }

  /// The workers' processes; 0 for one that has died and is about to be replaced.
  std::vector<pid_t> worker_pids() const { return processes_.worker_pids(); }
  /// How many workers have died so far.
  std::uint64_t deaths() const { return processes_.deaths(); }

 private:
  static internal::ItemProcesses::Compute computed_by(Function function) {
    if (!function) throw std::invalid_argument("ProcessPool without a function; give it one to call");
    return [function = std::move(function)](std::uint64_t id, std::span<std::byte> room) {
      return Marshalling::write(function(id), room);
    };
  }

  internal::ItemProcesses processes_;
};

using ProcessPool = BasicProcessPool<std::uint64_t>;

}  // namespace contend
