#pragma once

#include <string>
#include <vector>

#include "benchmarks/case.h"
#include "benchmarks/measurement.h"
#include "workloads/arrivals/arrival_loop.h"

namespace contend::benchmarks {

/// Items that arrive one by one: a name of a workload, and what it is measured with.
struct ArrivalCase {
  std::string workload;
  workloads::Args args;
  bool awaitable;
  unsigned rounds;
};

std::vector<ArrivalCase> arrival_cases();

/// `open_loop`: a closed loop with eager clients finds out what the service can take; that is what real_time tells. Then
/// items arrive at `load_percent` of that rate, and the waits are those of that round: none where it was `saturated`.
/// `closed_loop`: some clients with a time to think.
Measurement measure_arrivals(const ArrivalCase& one, unsigned workers, const workloads::ServiceFactory& make,
                             const RunSettings& settings);

}  // namespace contend::benchmarks
