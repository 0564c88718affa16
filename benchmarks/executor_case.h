#pragma once

#include <string>
#include <vector>

#include "benchmarks/case.h"
#include "workloads/erased_executor.h"
#include "workloads/executor_workload.h"

namespace contend::benchmarks {

/// Every choice of one value per argument.
std::vector<workloads::Args> combinations(const std::vector<workloads::ArgSpec>& specs);

/// Batches of the workload's items, as many as fill a round, by one executor.
Case executor_case(const Subject& subject, const workloads::ExecutorWorkload& workload,
                   const workloads::Args& args, unsigned workers, const workloads::ExecutorFactory& make);

}  // namespace contend::benchmarks
