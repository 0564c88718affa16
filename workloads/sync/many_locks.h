#pragma once

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
#include "workloads/work_units.h"

namespace contend::workloads {

/// A hundred locks, of which some are wanted more than others: every worker takes one after the other, chosen by
/// Zipf's law, and works inside for `cs_ns`. Most acquisitions meet nobody, and most locks are not in the cache.
template <class L>
class ManyLocks {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "many_locks";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : worker_counts) {
      result.push_back({workers,
                        {{"locks", std::to_string(LockTable<L>::size)}, {"zipf", "0.99"}, {"cs_ns", "50"}},
                        Tier::full});
    }
    return result;
  }

  explicit ManyLocks(const Setup& setup)
      : inside_(units_for(setup.args.number("cs_ns"), setup.unit_ns)), zipf_(setup.args.number("zipf")) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    LockTableHandles<L> locks(table_);
    Choices choices(worker.id(), zipf(LockTable<L>::size, zipf_));
    Tally tally(worker);
    std::uint64_t value = worker.id() + 1;
    const std::uint64_t inside = inside_;
    do {
      const std::size_t index = choices.next();
      auto& lock = locks[index];
      probe.timed([&] { lock.lock(); });
      const std::uint64_t seen = table_[index].entered;
      value = do_work(inside, value);
      table_[index].entered = seen + 1;
      lock.unlock();
    } while (tally.one());
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& result) const { check_entered(table_.entered(), operations_of(result)); }

 private:
  LockTable<L> table_;
  alignas(2 * internal::cache_line_size) const std::uint64_t inside_;
  const double zipf_;
};

}  // namespace contend::workloads
