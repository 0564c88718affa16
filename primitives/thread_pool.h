#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "primitives/future.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/index_batch.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/posted_call.h"
#include "primitives/internal/promised_call.h"
#include "primitives/internal/task.h"
#include "primitives/internal/task_exchange.h"
#include "primitives/internal/unfetched_errors.h"
#include "primitives/pool_error.h"

namespace contend {

struct ThreadPoolOptions {
  /// Runs in every worker before its first task. If it throws, the pool is broken.
  std::function<void()> initializer = nullptr;
  /// The most tasks that wait for a worker; who submits one more waits for room. 0: any number.
  std::uint32_t backlog = 0;
  /// The workers are named NAME-0, NAME-1, ... for the kernel (15 characters).
  std::string name = "pool";
};

/// What happens to the tasks that have not started when a pool is shut down: they are run, or their futures
/// are cancelled and their maps throw FutureCancelled.
enum class Shutdown { wait, cancel_pending };

/// What the thread that hands a whole batch to a pool does meanwhile: sleep, so that all of the batch is done by the
/// workers; or take part in place of one of them, which saves waking that one.
enum class Caller { waits, helps };

/// A fixed number of threads that run tasks: those of others from one queue, and each those that it has
/// submitted itself.
///
/// For: many tasks of a microsecond or more, from any number of threads, and tasks that submit tasks. Not for
/// tasks so short that one shared queue is the bottleneck: give for_each_index() the whole batch, of which a
/// worker takes many indices at a time.
///
/// A task may wait for tasks of its own pool. wait(), get(), take() and exception() of a future whose task
/// nobody has begun run that task in the waiting worker; where another worker is at it, the waiting one may
/// run what that one has submitted since it began that task. So a task must not wait with a lock held that
/// others need; and who waits for a task counts as waiting for all that it submits, too: where such waits
/// form a circle, the pool may stand still. A task must not wait for one that waits for its own submitter.
/// map() and for_each_index() in a worker run all of it there, so that the pool does not stand still with
/// every worker waiting. Not so the waits with a time limit, nor as_completed() and wait() for several: they
/// only wait, and may wait for what no worker is left to run.
///
/// Tasks that wait for tasks may nest deeper than a stack: where a worker has used up half of its own, the task
/// that it waits for runs in another thread, which the initializer has not seen, while the worker does nothing.
///
/// Guarantees: tasks from outside are taken in the order of submission, but for one that a worker waits for.
/// Where more than a few wait for each worker, one takes up to 17 at a time and begins them in their order,
/// unless another one is free meanwhile and takes them away; so with one worker they start in order. Those
/// that a worker submits it runs itself, the youngest first, unless another worker is free, which takes the
/// oldest; they do not keep it for ever from those from outside. What the submitter did happens before the
/// task, and the task before get() on its future. An exception that leaves a task reaches its future; if
/// nobody has fetched it from there by the end of the pool, or by when nobody can, the exception hook is
/// told. A future that is cancelled before its task starts keeps it from running. What a task holds is
/// destroyed before its future has the result. All members may be called from any thread; only the destructor
/// must not overlap with the others.
///
/// Progress: blocking. As long as a task waits and a worker sleeps, some worker is awake and looking for
/// work, and when it has found some it wakes others for the rest; so no task waits for a wake-up that nobody
/// sends.
///
/// Cost: a submit is one lock, in a worker its own, and a block of memory for the future's state and the
/// callable with its arguments, which the pool's threads and those who submit keep for each other (see
/// internal::RecycledMemory). It makes a system call only if a worker sleeps and none is looking for work. A
/// worker without work looks for some microseconds before it sleeps; one that sleeps costs nothing. Who waits
/// for many futures is woken least by wait_all() of future_wait.h.
///
/// Source: see internal::TaskExchange.
class ThreadPool {
 public:
  /// Throws std::invalid_argument for no workers, std::system_error if the system gives no more threads.
  explicit ThreadPool(unsigned workers, ThreadPoolOptions options = {});
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  /// shutdown(Shutdown::wait): everything that was submitted is run first.
  ~ThreadPool();

  /// Runs f(args...) in a worker, both copied or moved into the task (std::ref for a reference). The future
  /// holds the result, the exception or BrokenPool, or is cancelled. Waits while the backlog is full, but not
  /// in a worker, which would wait for itself. Throws PoolShutDown after a shutdown, BrokenPool if the pool
  /// is known to be broken.
  template <class F, class... Args>
  requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  auto submit(F&& f, Args&&... args) {
    return *submit_until(internal::Deadline::never(), std::forward<F>(f), std::forward<Args>(args)...);
  }

  /// Empty: the backlog is full.
  template <class F, class... Args>
  requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  auto try_submit(F&& f, Args&&... args) {
    return submit_until(internal::Deadline::after(std::chrono::nanoseconds(0)), std::forward<F>(f),
                        std::forward<Args>(args)...);
  }

  /// Waits for room for at most `timeout`; zero or less only looks.
  template <class Rep, class Period, class F, class... Args>
  requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  auto try_submit_for(const std::chrono::duration<Rep, Period>& timeout, F&& f, Args&&... args) {
    return submit_until(internal::Deadline::after(timeout), std::forward<F>(f), std::forward<Args>(args)...);
  }

  /// The same without a future, and so cheaper: nobody learns when the task is done. An exception that leaves it goes
  /// to the exception hook; refused by a shutdown or a broken pool, it is destroyed.
  template <class F, class... Args>
  requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
  void post(F&& f, Args&&... args) {
    enqueue(internal::make_posted_call(bind(std::forward<F>(f), std::forward<Args>(args)...)),
            internal::Deadline::never());
  }

  /// f of every element, in the order of the range. Waits for all of them. What is thrown is the exception of
  /// the first element that failed, as in a loop; those behind it are skipped if they have not started.
  template <std::ranges::random_access_range Range, class F>
  requires std::ranges::sized_range<Range>
  auto map(Range&& range, F f, Caller caller = Caller::waits) {
    using Result = std::decay_t<std::invoke_result_t<F&, std::ranges::range_reference_t<Range>>>;
    const auto first = std::ranges::begin(range);
    using Offset = std::iter_difference_t<decltype(first)>;
    // Each result has an object of its own, which std::vector<bool> would not give.
    std::vector<std::optional<Result>> computed(std::ranges::size(range));
    const auto compute = [&](std::size_t index) {
      computed[index].emplace(std::invoke(f, first[static_cast<Offset>(index)]));
    };
    for_each_index(computed.size(), compute, caller);
    std::vector<Result> results;
    results.reserve(computed.size());
    for (std::optional<Result>& result : computed) results.push_back(*std::move(result));
    return results;
  }

  /// body(i) for every i below `count`, in the workers, of which the caller may be one; waits for all of them.
  /// Exceptions as for map(). No allocation per index: the workers take runs of them, shorter and shorter
  /// towards the end.
  template <class Body>
  requires std::invocable<Body&, std::size_t>
  void for_each_index(std::size_t count, Body body, Caller caller = Caller::waits) {
    run_batch(count, internal::IndexBody::of(body), caller);
  }

  /// Takes no more tasks, and returns when the workers have gone; a task that runs is always waited for. May
  /// be called again, and by several threads. Throws std::system_error (resource_deadlock_would_occur) in a
  /// worker.
  void shutdown(Shutdown pending = Shutdown::wait);

  /// The same without waiting for the workers, and so in a worker, too. The destructor waits.
  void begin_shutdown(Shutdown pending = Shutdown::wait);

  unsigned workers() const { return exchange_.workers(); }

 private:
  template <class F, class... Args>
  static auto bind(F&& f, Args&&... args) {
    return [f = std::decay_t<F>(std::forward<F>(f)),
            ... args = std::decay_t<Args>(std::forward<Args>(args))]() mutable -> decltype(auto) {
      return std::invoke(std::move(f), std::move(args)...);
    };
  }

  template <class F, class... Args>
  auto submit_until(internal::Deadline deadline, F&& f, Args&&... args) {
    using Result = std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>;
    auto call = bind(std::forward<F>(f), std::forward<Args>(args)...);
    using Promised = internal::PromisedCall<Result, decltype(call)>;
    Promised* const promised = internal::make_recycled<Promised>(std::move(call), this);
    internal::TaskPtr task(promised);
    std::optional<Future<Result>> result = internal::FutureAccess::make<Result, internal::ThreadPlatform>(
        internal::FutureShare<internal::SharedResult<Result, internal::ThreadPlatform>>(promised));
    if (!enqueue(std::move(task), deadline)) result.reset();
    return result;
  }

  bool enqueue(internal::TaskPtr task, internal::Deadline deadline);
  void run_batch(std::size_t count, internal::IndexBody body, Caller caller);

  void work(unsigned index) noexcept;
  void break_pool(const std::exception_ptr& cause);

  const ThreadPoolOptions options_;
  internal::TaskExchange exchange_;
  internal::UnfetchedErrors errors_;

  std::mutex join_mutex_;
  std::vector<std::thread> threads_;  // guarded by join_mutex_
};

}  // namespace contend
