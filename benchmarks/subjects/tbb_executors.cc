#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <cstddef>
#include <utility>

#include "benchmarks/registry.h"
#include "benchmarks/subjects/task_tree.h"

namespace contend::benchmarks {
namespace {

/// oneTBB starts no more threads than CPUs by itself; the limit is raised for teams that are larger.
class Tbb {
 public:
  Tbb(ItemFunction function, unsigned workers)
      : function_(std::move(function)),
        limit_(tbb::global_control::max_allowed_parallelism, workers),
        arena_(static_cast<int>(workers)) {}

 protected:
  const ItemFunction function_;
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

class TbbParallelFor : Tbb {
 public:
  using Tbb::Tbb;

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    arena_.execute([&] {
      tbb::parallel_for(std::size_t{0}, ids.size(), [&](std::size_t i) { results[i] = function_(ids[i]); });
    });
  }
};

class TbbTaskGroup : Tbb {
 public:
  using Service = TbbTaskGroup;

  using Tbb::Tbb;

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    arena_.execute([&] {
      tbb::task_group group;
      for (std::size_t i = 0; i < ids.size(); ++i) group.run([&, i] { results[i] = function_(ids[i]); });
      group.wait();
    });
  }

  ~TbbTaskGroup() noexcept {
    arena_.execute([this] { submitted_.wait(); });
  }
  void submit(std::uint64_t id) {
    arena_.enqueue(submitted_.defer([this, id] { function_(id); }));
  }

 private:
  tbb::task_group submitted_;
};

/// From a thread that is not in the arena until it waits.
class TbbEnqueue : Tbb {
 public:
  using Tbb::Tbb;

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    tbb::task_group group;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      arena_.enqueue(group.defer([&, i] { results[i] = function_(ids[i]); }));
    }
    arena_.execute([&] { group.wait(); });
  }
};

class TbbForks {
 public:
  explicit TbbForks(unsigned workers)
      : limit_(tbb::global_control::max_allowed_parallelism, workers), arena_(static_cast<int>(workers)) {}

  template <class Root>
  void enter(Root root) {
    arena_.execute(root);
  }

  template <class Task, class Rest>
  void both(const Task& task, const Rest& rest) {
    tbb::task_group group;
    group.run([&task] { task(); });
    rest();
    group.wait();
  }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

const SubjectFile file(SubjectFile::Kind::peer, "oneTBB", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.executor<TbbParallelFor>({.name = "tbb::parallel_for"});
  registry.executor<TbbTaskGroup>({.name = "tbb::task_group",
                                   .note = "a task for every item, spawned by a thread of the arena",
                                   .tier = workloads::Tier::full});
  registry.executor<TbbEnqueue>({.name = "tbb::task_arena::enqueue",
                                 .note = "a task for every item, from outside of the arena",
                                 .tier = workloads::Tier::full});
  registry.executor<TaskTree<TbbForks>>({.name = "tbb::task_group_tree",
                                         .note = "tasks that spawn tasks: one for every item",
                                         .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
