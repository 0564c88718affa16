#pragma once

#include <functional>

#include "benchmarks/case.h"
#include "benchmarks/measurement.h"
#include "workloads/experiment.h"

namespace contend::benchmarks {

/// Builds the experiment anew, in the memory it is given.
using ExperimentFactory = std::function<workloads::Experiment*(const workloads::Setup&)>;

/// One case whose workers run for fixed rounds.
struct RoundCase {
  workloads::TeamKind team;
  unsigned workers;
  workloads::Args args;
  ExperimentFactory make;
};

/// A throughput round: operations, fairness, gaps, CPU time. Throws CheckFailed where the subject did not do
/// its work.
Measurement measure_throughput(const RoundCase& one, const RunSettings& settings);

/// A latency round: adds the percentiles of the waits. Throws as above.
void measure_waits(const RoundCase& one, const RunSettings& settings, Measurement& measurement);

}  // namespace contend::benchmarks
