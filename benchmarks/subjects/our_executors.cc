#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "benchmarks/registry.h"
#include "benchmarks/subjects/run_posts.h"
#include "benchmarks/subjects/task_tree.h"
#include "primitives/event_loop.h"
#include "primitives/executors.h"
#include "primitives/future_wait.h"
#include "primitives/gil_executors.h"
#include "primitives/thread_pool.h"

namespace contend::benchmarks {
namespace {

/// A worker that waits for a task that nobody has begun runs it itself.
class PoolForks {
 public:
  explicit PoolForks(unsigned workers) : pool_(workers) {}

  template <class Root>
  void enter(Root root) {
    pool_.submit(root).get();
  }

  template <class Task, class Rest>
  void both(const Task& task, const Rest& rest) {
    const auto spawned = pool_.submit(std::cref(task));
    rest();
    spawned.get();
  }

 private:
  ThreadPool pool_;
};

/// For the items of a batch that nobody waits for one by one.
class PoolPosts {
 public:
  PoolPosts(ItemFunction function, unsigned workers) : function_(std::move(function)), pool_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    run_posts(ids, results, function_, [this](auto call) { pool_.post(std::move(call)); });
  }

 private:
  const ItemFunction function_;
  ThreadPool pool_;
};

/// One task spawns all others, and helps where it waits for them.
class PoolGroup {
 public:
  PoolGroup(ItemFunction function, unsigned workers) : function_(std::move(function)), pool_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    pool_
        .submit([&] {
          std::vector<Future<void>> tasks;
          tasks.reserve(ids.size());
          for (std::size_t i = 0; i < ids.size(); ++i) {
            tasks.push_back(pool_.submit([&, i] { results[i] = function_(ids[i]); }));
          }
          wait_all(tasks);
          for (const Future<void>& task : tasks) task.get();
        })
        .get();
  }

 private:
  const ItemFunction function_;
  ThreadPool pool_;
};

constexpr GilRules two_interpreters{.domains = 2};

const SubjectFile file(SubjectFile::Kind::own, "contend", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.executor<SerialExecutor>({.name = "serial", .most_workers = 1, .note = "a loop: the oracle"});
  registry.executor<ThreadPerItem>({.name = "threads", .note = "a thread for every item"});
  registry.executor<ThreadPoolExecutor>(
      {.name = "pool", .note = "the whole batch; the caller is one of the workers"});
  registry.executor<ForkPerItem>({.name = "processes", .note = "a fork for every item"});
  registry.executor<ProcessPoolExecutor>({.name = "process_pool", .note = "forked once, shared memory"});
  const auto tier = workloads::Tier::full;
  registry.executor<ThreadPoolTasks>(
      {.name = "pool_tasks", .note = "the pool, a task with a future for every item", .tier = tier});
  registry.executor<PoolPosts>(
      {.name = "pool_posts", .note = "the pool, a task without a future for every item", .tier = tier});
  registry.executor<PoolGroup>({.name = "pool_group",
                                .note = "the pool, a task that spawns one with a future for every item",
                                .tier = tier});
  registry.executor<TaskTree<PoolForks>>(
      {.name = "pool_tree", .note = "the pool, tasks that spawn tasks: one for every item", .tier = tier});
  const bool by_epoll = event_loop_backend() == "epoll";
  registry.executor<EventLoop>({.name = by_epoll ? "event_loop" : "event_loop_io_uring",
                                .note = "one thread; workers are the items in flight",
                                .tier = tier});
  registry.executor<EventLoopPerCpu>({.name = by_epoll ? "event_loops" : "event_loops_io_uring",
                                      .note = "a thread for each CPU; workers are the items in flight",
                                      .tier = tier});
  registry.executor<EventLoopWithPool>(
      {.name = "event_loop_pool", .note = "a loop that hands every item to a pool of threads", .tier = tier});
  registry.executor<GilThreads<>>(
      {.name = "gil_threads", .note = "threads under a model of CPython 3's lock", .tier = tier});
  registry.executor<GilPool<>>(
      {.name = "gil_pool", .note = "pool under a model of CPython 3's lock", .tier = tier});
  registry.executor<GilPool<python2_gil>>(
      {.name = "gil2_pool", .note = "pool under a model of CPython 2's lock", .tier = tier});
  registry.executor<GilPool<two_interpreters>>({.name = "gil_domains_pool",
                                                .note = "pool whose workers are in two interpreters in turn",
                                                .tier = tier});
});

}  // namespace
}  // namespace contend::benchmarks
