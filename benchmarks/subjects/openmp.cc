#include <omp.h>

#include <cstddef>
#include <exception>
#include <utility>

#include "benchmarks/registry.h"
#include "benchmarks/subjects/task_tree.h"
#include "primitives/internal/first_error.h"

namespace contend::benchmarks {
namespace {

/// An exception must not leave a parallel region, so the first one is carried out of it by hand.
class OpenMp {
 public:
  OpenMp(ItemFunction function, unsigned workers)
      : function_(std::move(function)), workers_(static_cast<int>(workers)) {}

 protected:
  void compute(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results, std::size_t index,
               internal::FirstError& error) const {
    try {
      results[index] = function_(ids[index]);
    } catch (...) {
      error.record(index, std::current_exception());
    }
  }

  const ItemFunction function_;
  const int workers_;
};

class OpenMpFor : OpenMp {
 public:
  using OpenMp::OpenMp;

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    internal::FirstError error;
#pragma omp parallel for schedule(dynamic) num_threads(workers_)
    for (std::size_t index = 0; index < ids.size(); ++index) compute(ids, results, index, error);
    error.rethrow();
  }
};

class OpenMpTasks : OpenMp {
 public:
  using OpenMp::OpenMp;

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    internal::FirstError error;
#pragma omp parallel num_threads(workers_)
#pragma omp single
    for (std::size_t index = 0; index < ids.size(); ++index) {
#pragma omp task firstprivate(index) shared(ids, results, error)
      compute(ids, results, index, error);
    }
    error.rethrow();
  }
};

class OpenMpForks {
 public:
  explicit OpenMpForks(unsigned workers) : workers_(static_cast<int>(workers)) {}

  template <class Root>
  void enter(Root root) {
#pragma omp parallel num_threads(workers_)
#pragma omp single
    root();
  }

  template <class Task, class Rest>
  void both(const Task& task, const Rest& rest) {
#pragma omp task shared(task)
    task();
    rest();
#pragma omp taskwait
  }

 private:
  const int workers_;
};

const SubjectFile file(SubjectFile::Kind::peer, "OpenMP", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.executor<OpenMpFor>(
      {.name = "omp_for", .note = "parallel for, schedule(dynamic)", .tier = workloads::Tier::full});
  registry.executor<OpenMpTasks>(
      {.name = "omp_tasks", .note = "a task for every item", .tier = workloads::Tier::full});
  registry.executor<TaskTree<OpenMpForks>>({.name = "omp_tasks_tree",
                                            .note = "tasks that spawn tasks: one for every item",
                                            .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
