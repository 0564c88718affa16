#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/lock_checks.h"

namespace contend::workloads {

/// A lock that its holder may take again says so by a constant `reentrant`.
template <class L>
inline constexpr bool is_reentrant = requires {
  requires L::reentrant;
};

/// A library's lock that says so.
template <class L>
struct Reentrant : L {
  static constexpr bool reentrant = true;
};

/// A worker takes the lock `depth` times over, and leaves it as often. An operation is all of that; a wait is the
/// outermost acquisition.
template <class L>
class Recursion {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "recursion";
  static constexpr bool has_waits = true;
  static constexpr bool fits = is_reentrant<L>;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : worker_counts) {
      const bool decides = workers > 1 && (workers == 2 || workers == std::ranges::max(worker_counts));
      for (const char* depth : {"1", "4", "16"}) {
        const bool quick = decides && std::string_view(depth) == "4";
        result.push_back({workers, {{"depth", depth}}, quick ? Tier::quick : Tier::full});
      }
    }
    return result;
  }

  explicit Recursion(const Setup& setup) : depth_(setup.args.count("depth")) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Handle<L> lock(lock_);
    Tally tally(worker);
    const unsigned depth = depth_;
    do {
      probe.timed([&] { lock.lock(); });
      for (unsigned level = 1; level < depth; ++level) lock.lock();
      ++entered_;
      for (unsigned level = 0; level < depth; ++level) lock.unlock();
    } while (tally.one());
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& result) const { check_entered(entered_, operations_of(result)); }

 private:
  alignas(2 * internal::cache_line_size) L lock_;
  alignas(2 * internal::cache_line_size) std::uint64_t entered_ = 0;
  alignas(2 * internal::cache_line_size) const unsigned depth_;
};

}  // namespace contend::workloads
