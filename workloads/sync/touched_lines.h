#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/lock_checks.h"
#include "workloads/sync/worker_counts.h"

namespace contend::workloads {

/// A section that writes to so many cache lines, which must come from whoever was in it before: the dearer they are, the
/// more a lock gains that lets the same worker in again, and the less its own cost counts.
template <class L>
class TouchedLines {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "touched_lines";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : contended(worker_counts)) {
      for (const char* lines : {"8", "64"}) result.push_back({workers, {{"lines", lines}}, Tier::full});
    }
    return result;
  }

  explicit TouchedLines(const Setup& setup) : count_(setup.args.count("lines")) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Handle<L> lock(lock_);
    Tally tally(worker);
    const std::span<Line> lines(lines_.data(), count_);
    do {
      probe.timed([&] { lock.lock(); });
      for (Line& line : lines) ++line.entered;
      lock.unlock();
    } while (tally.one());
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& result) const {
    const std::uint64_t operations = operations_of(result);
    for (unsigned i = 0; i < count_; ++i) check_entered(lines_[i].entered, operations);
  }

 private:
  struct alignas(internal::cache_line_size) Line {
    std::uint64_t entered = 0;
  };

  alignas(2 * internal::cache_line_size) L lock_;
  alignas(2 * internal::cache_line_size) std::array<Line, 64> lines_;
  alignas(2 * internal::cache_line_size) const unsigned count_;
};

}  // namespace contend::workloads
