#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "workloads/execution/placement.h"
#include "workloads/experiment.h"

namespace contend::benchmarks {

/// An implementation under test.
struct Subject {
  std::string name;
  unsigned most_workers = 0;                      // that share one; 0: any number
  std::string note = {};                          // what a reader of its figures must know
  workloads::Tier tier = workloads::Tier::quick;  // full: quick runs leave it out
  unsigned most_workers_in_quick = 0;             // quick runs leave out cases with more; 0: none
  std::string quick_in = {};                      // the only workload that quick runs take it for; empty: all

  // What the registry knows by itself.
  bool null = false;  // no candidate but what the harness costs, or the machine gives; is never ranked
  bool peer = false;
  std::string family = {};  // the library it comes from
  std::string version = {};
};

/// What holds for the whole process.
struct RunSettings {
  double round_seconds = 0.5;
  std::vector<unsigned> worker_counts;
  std::vector<unsigned> crowds = {};  // worker counts that only full runs have
  workloads::Placement placement = workloads::Placement::compact;
  std::vector<int> cpus;          // in the order of the placement; empty: workers are not bound
  std::vector<int> allowed_cpus;  // all that this process may use
  unsigned cpu_count = 1;
  double unit_ns = 0;
  std::string name_prefix = {};  // cases whose names cannot begin so need not be made
  bool waits = true;             // cases that can do so measure waiting times, in a round of its own
};

inline std::chrono::nanoseconds round_length(const RunSettings& settings) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(settings.round_seconds));
}

/// Which clocks a row's times come from.
enum class Timing {
  round,   // the case tells its own wall time; CPU time of the process
  manual,  // the case tells its own wall time
  wall,    // Google Benchmark takes the time of the loop
};

/// One cell: subject x workload x team x workers.
struct Case {
  std::string suite;
  std::string workload;
  std::string subject;
  std::string team;  // empty: the workload has none
  unsigned workers = 1;
  workloads::Args args;
  workloads::Tier tier = workloads::Tier::quick;
  unsigned rounds = 1;  // of RunSettings::round_seconds each
  Timing timing = Timing::round;
  std::function<void(benchmark::State&, const RunSettings&)> run;
};

/// lock/sections/Lock/team:threads/workers:4/cs_ns:50/out_ns:50. A case without workers of its own, a floor,
/// has no such segment.
std::string name_of(const Case& one);

}  // namespace contend::benchmarks
