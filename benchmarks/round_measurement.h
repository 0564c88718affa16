#pragma once

#include <functional>

#include "benchmarks/case.h"
#include "benchmarks/measurement.h"
#include "workloads/experiment.h"
#include "workloads/histogram.h"

namespace contend::benchmarks {

/// Builds the experiment anew, in the memory it is given.
using ExperimentFactory = std::function<workloads::Experiment*(const workloads::Setup&)>;

/// One case whose workers run for fixed rounds.
struct RoundCase {
  workloads::TeamKind team;
  unsigned workers;
  workloads::Args args;
  bool one_cpu;  // bound to the first CPU of the placement
  ExperimentFactory make;
};

/// Adds the percentiles of waits that the number of samples supports, in both weightings.
void add_waits(const workloads::Histogram& waits, Measurement& measurement);

/// A throughput round: operations, fairness, gaps, CPU time. Throws CheckFailed where the subject did not do
/// its work.
Measurement measure_throughput(const RoundCase& one, const RunSettings& settings);

/// A latency round, after the throughput round that `measurement` tells of: adds the percentiles of the waits, unless the
/// round's details say that it was `saturated`. Throws as above.
void measure_waits(const RoundCase& one, const RunSettings& settings, Measurement& measurement);

}  // namespace contend::benchmarks
