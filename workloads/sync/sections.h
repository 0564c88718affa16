#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/lock_checks.h"
#include "workloads/work_units.h"

namespace contend::workloads {

/// Every worker takes the lock, works inside for `cs_ns`, leaves, and works outside for `out_ns`; both are
/// counted work units. With both 0 it is the bare shared counter. The counter is a plain integer that only
/// the lock protects: at the end it must say how often the section was entered.
template <class L>
class Sections {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "sections";
  static constexpr bool has_waits = true;
  static constexpr bool has_crowds = true;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : worker_counts) {
      for (const char* ns : {"0", "50", "200", "2000"})
        result.push_back({workers, {{"cs_ns", ns}, {"out_ns", ns}}});
      if (workers > 1) add_uneven(workers, result);
    }
    return result;
  }

  /// A short and a long section show whether a lock works between processes as well as within one.
  static Tier tier_between_processes(const Args& args) {
    const std::string& inside = args.text("cs_ns");
    return inside == "50" || inside == "2000" ? Tier::quick : Tier::full;
  }

  explicit Sections(const Setup& setup)
      : inside_(units_for(setup.args.number("cs_ns"), setup.unit_ns)),
        outside_(units_for(setup.args.number("out_ns"), setup.unit_ns)) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Handle<L> lock(lock_);
    Tally tally(worker);
    std::uint64_t value = worker.id() + 1;
    std::uint64_t unprotected = 0;
    std::uint64_t& entered = is_null<L> ? unprotected : entered_;
    const std::uint64_t inside = inside_;
    const std::uint64_t outside = outside_;
    do {
      probe.timed([&] { lock.lock(); });
      const std::uint64_t seen = entered;
      value = do_work(inside, value);
      entered = seen + 1;
      lock.unlock();
      value = do_work(outside, value);
    } while (tally.one());
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& result) const { check_entered(entered_, operations_of(result)); }

 private:
  /// Sections that follow each other without a break, and ones that most of the time nobody is in.
  static void add_uneven(unsigned workers, std::vector<Shape>& shapes) {
    for (const auto& [inside, outside] :
         {std::pair("50", "0"), {"50", "500"}, {"2000", "0"}, {"2000", "20000"}})
      shapes.push_back({workers, {{"cs_ns", inside}, {"out_ns", outside}}, Tier::full});
  }

  alignas(2 * internal::cache_line_size) L lock_;
  alignas(2 * internal::cache_line_size) std::uint64_t entered_ = 0;
  alignas(2 * internal::cache_line_size) const std::uint64_t inside_;
  const std::uint64_t outside_;
};

}  // namespace contend::workloads
