#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "workloads/execution/context_switches.h"
#include "workloads/execution/team.h"
#include "workloads/histogram.h"
#include "workloads/worker.h"

namespace contend::workloads {

struct RoundPlan {
  TeamKind team;
  unsigned workers;
  std::vector<int> cpus;  // worker i is bound to element i modulo the size; empty: not bound
  std::chrono::nanoseconds length;
};

/// What one worker did.
struct WorkerResult {
  std::uint64_t in_window;  // operations
  std::uint64_t in_all;     // with those before and after the window
  std::uint64_t longest_gap_ns;
  ContextSwitches switches;  // during in_all
};

struct RoundResult {
  double seconds;      // length of the window
  double cpu_seconds;  // used by all workers within the window
  std::vector<WorkerResult> workers;
  Histogram waits;  // of all workers, settling time included; empty unless the body recorded some
};

/// One timed stretch: starts a team, lets it settle, counts what every worker does within a window of fixed
/// length, and stops it. A team that has almost come to a halt (fewer than 64 operations) is given up to 20
/// times that length: a lock that collapses has a figure too. The counts are read while the workers run, so neither a late start nor a worker that
/// is stuck at the end bends them. Throws TeamError if a worker fails.
RoundResult run_round(const RoundPlan& plan, const std::function<void(Worker&)>& body);

}  // namespace contend::workloads
