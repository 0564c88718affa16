#include "workloads/cpu/cpu_chain.h"
#include "workloads/cpu/interpreted_chain.h"
#include "workloads/executor_workload.h"
#include "workloads/io/interpreted_request.h"
#include "workloads/io/tcp_request_workload.h"
#include "workloads/io/timer_workload.h"

namespace contend::workloads {

std::vector<ExecutorWorkload> executor_workloads() {
  return {cpu_chain_workload(), tcp_request_workload(), timer_workload(), interpreted_chain_workload(),
          interpreted_request_workload()};
}

}  // namespace contend::workloads
