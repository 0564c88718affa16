#pragma once

#include <span>
#include <string>
#include <vector>

#include "workloads/execution/burners.h"
#include "workloads/experiment.h"
#include "workloads/sync/sections.h"
#include "workloads/sync/worker_counts.h"

namespace contend::workloads {

/// The sections, while as many other threads as there are workers keep the CPUs busy: whoever holds the lock or is to
/// have it next may be off its CPU, and spinning takes time from somebody.
template <class L>
class BackgroundLoad {
 public:
  using Subject = L;

  static constexpr std::string_view name = "background_load";
  static constexpr bool has_waits = Sections<L>::has_waits;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : contended(worker_counts)) {
      result.push_back(
          {workers, {{"cs_ns", "200"}, {"out_ns", "200"}, {"burners", std::to_string(workers)}}, Tier::full});
    }
    return result;
  }

  explicit BackgroundLoad(const Setup& setup) : sections_(setup), burners_(setup.args.count("burners")) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    sections_.run(worker, probe);
  }

  bool counts(unsigned worker) const { return sections_.counts(worker); }
  void check(const RoundResult& result) const { sections_.check(result); }

 private:
  Sections<L> sections_;
  Burners burners_;
};

}  // namespace contend::workloads
