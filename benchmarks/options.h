#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "workloads/execution/placement.h"

namespace contend::benchmarks {

/// What a benchmark binary takes beyond Google Benchmark's own flags.
struct Options {
  bool list = false;                     // --contend_list
  bool help = false;                     // --help
  std::optional<std::string> only_case;  // --contend_case=NAME
  std::string name_prefix;  // what the names of all wanted cases begin with, as far as the flags tell
  std::vector<std::string> workers;                                // --contend_workers=1,2,max
  workloads::Placement placement = workloads::Placement::compact;  // --contend_placement=compact
  bool waits = true;                                               // --contend_waits=no: false
  std::optional<double> unit_ns;                                   // --contend_unit_ns=1.25
  double round_seconds = 0.5;                                      // --benchmark_min_time=0.5
  unsigned repetitions = 1;                                        // --benchmark_repetitions=1
};

/// The user's words are off.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

extern const char* const options_help;

/// Takes our flags out of argv, and leaves Google Benchmark's, --benchmark_min_time among them, which it
/// reads too: a round is as long as it says. Takes --benchmark_repetitions out, too: the library wants as many
/// iterations in every repetition, and aborts where a case counted differently.
Options parse_options(int& argc, char** argv);

/// The worker counts to register: those that were asked for, in which max is the number of CPUs; otherwise
/// the powers of two up to the CPUs, the CPUs, and twice and four times as many. Sorted, each once.
std::vector<unsigned> worker_counts(const std::vector<std::string>& asked, unsigned cpus);

/// The worker counts that only full runs have, for what may break down in a crowd: eight times the CPUs; none where
/// others were asked for.
std::vector<unsigned> crowds(const std::vector<std::string>& asked, unsigned cpus);

}  // namespace contend::benchmarks
