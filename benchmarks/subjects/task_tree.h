#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <utility>

#include "primitives/concepts.h"
#include "primitives/internal/first_error.h"

namespace contend::benchmarks {

/// Tasks that spawn tasks: a batch is halved until one item is left; of every two halves one is a task, and who spawned it
/// does the other one and then waits. What programs that divide and conquer pay, one task for each item.
///
/// `Forks` is built with the number of workers; enter(root) runs it in one of them, and both(task, rest) runs the two side
/// by side.
template <class Forks>
class TaskTree {
 public:
  TaskTree(ItemFunction function, unsigned workers) : function_(std::move(function)), forks_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    Batch batch{ids, results, {}};
    if (!ids.empty()) forks_.enter([&] { halve(batch, 0, ids.size()); });
    batch.error.rethrow();
  }

 private:
  struct Batch {
    std::span<const std::uint64_t> ids;
    std::span<std::uint64_t> results;
    internal::FirstError error;
  };

  void halve(Batch& batch, std::size_t first, std::size_t count) {
    if (count == 1) return compute(batch, first);
    const std::size_t half = count / 2;
    forks_.both([&, first, half] { halve(batch, first, half); },
                [&, first, half] { halve(batch, first + half, count - half); });
  }

  void compute(Batch& batch, std::size_t index) const {
    try {
      batch.results[index] = function_(batch.ids[index]);
    } catch (...) {
      batch.error.record(index, std::current_exception());
    }
  }

  const ItemFunction function_;
  Forks forks_;
};

}  // namespace contend::benchmarks
