#pragma once

#include "benchmarks/case.h"
#include "workloads/erased_executor.h"

namespace contend::benchmarks {

/// One operation is the whole life of an executor: it is made, has each of its workers do an item that is nothing, which
/// starts those that start late, and is destroyed. `memory_per_worker` and `proportional_memory_per_worker` (bytes,
/// resident; in the latter pages that processes share count once) are what the first executor of this process takes
/// while it lives: libraries that keep their threads show it only there.
Case lifetime_case(const Subject& subject, unsigned workers, const workloads::ExecutorFactory& make);

}  // namespace contend::benchmarks
