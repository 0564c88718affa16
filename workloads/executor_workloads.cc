#include "workloads/cpu/allocation.h"
#include "workloads/cpu/cpu_chain.h"
#include "workloads/cpu/cpu_grain.h"
#include "workloads/cpu/floating_point.h"
#include "workloads/cpu/hashing.h"
#include "workloads/cpu/interpreted_chain.h"
#include "workloads/cpu/mandelbrot.h"
#include "workloads/cpu/pointer_chase.h"
#include "workloads/cpu/prime_count.h"
#include "workloads/cpu/sharing.h"
#include "workloads/cpu/streaming.h"
#include "workloads/cpu/variable_chain.h"
#include "workloads/executor_workload.h"
#include "workloads/io/crowd.h"
#include "workloads/io/database_workloads.h"
#include "workloads/io/file_workloads.h"
#include "workloads/io/interpreted_request.h"
#include "workloads/io/mixed_workload.h"
#include "workloads/io/request_workloads.h"
#include "workloads/io/timer_workload.h"

namespace contend::workloads {

std::vector<ExecutorWorkload> executor_workloads() {
  return {cpu_chain_workload(),
          cpu_grain_workload(),
          variable_chain_workload(),
          cpu_workload(floating_point_kernel()),
          cpu_workload(hashing_kernel()),
          cpu_workload(streaming_kernel()),
          cpu_workload(pointer_chase_kernel()),
          cpu_workload(allocation_kernel()),
          cpu_workload(sharing_kernel()),
          cpu_workload(mandelbrot_kernel()),
          cpu_workload(prime_count_kernel()),
          tcp_request_workload(),
          unix_request_workload(),
          pipe_request_workload(),
          timer_workload(),
          crowd_workload(),
          file_read_workload(),
          file_write_workload(),
          database_query_workload(),
          database_commit_workload(),
          mixed_workload(),
          interpreted_chain_workload(),
          interpreted_request_workload()};
}

}  // namespace contend::workloads
