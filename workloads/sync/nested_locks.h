#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/choices.h"
#include "workloads/sync/lock_checks.h"
#include "workloads/sync/lock_table.h"
#include "workloads/sync/worker_counts.h"

namespace contend::workloads {

/// A transfer between two of a hundred accounts: both locks are taken, the one with the smaller number first. An
/// operation, and a wait, is both of them; who waits for the second keeps others from the first.
template <class L>
class NestedLocks {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "nested_locks";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : contended(worker_counts)) {
      result.push_back({workers,
                        {{"locks", std::to_string(LockTable<L>::size)}, {"zipf", "0.99"}},
                        workers == 2 ? Tier::quick : Tier::full});
    }
    return result;
  }

  static Tier tier_between_processes(const Args& /*args*/) { return Tier::full; }

  explicit NestedLocks(const Setup& setup) : zipf_(setup.args.number("zipf")) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    LockTableHandles<L> locks(table_);
    Choices choices(worker.id(), zipf(LockTable<L>::size, zipf_));
    Tally tally(worker);
    do {
      const std::size_t one = choices.next();
      const std::size_t drawn = choices.next();
      const std::size_t other = drawn != one ? drawn : (one + 1) % LockTable<L>::size;
      const std::size_t first = std::min(one, other);
      const std::size_t second = std::max(one, other);
      probe.timed([&] {
        locks[first].lock();
        locks[second].lock();
      });
      ++table_[first].entered;
      ++table_[second].entered;
      locks[second].unlock();
      locks[first].unlock();
    } while (tally.one());
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& result) const { check_entered(table_.entered(), 2 * operations_of(result)); }

 private:
  LockTable<L> table_;
  alignas(2 * internal::cache_line_size) const double zipf_;
};

}  // namespace contend::workloads
