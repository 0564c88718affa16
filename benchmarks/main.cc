#include <benchmark/benchmark.h>

#include <exception>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/listing.h"
#include "benchmarks/name_filter.h"
#include "benchmarks/options.h"
#include "benchmarks/row.h"
#include "benchmarks/suite.h"
#include "workloads/execution/parked_thread.h"
#include "workloads/work_units.h"

// An ordinary Google Benchmark program over the cases of one suite.
namespace contend::benchmarks {
namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

RunSettings settings_of(const Options& options) {
  const workloads::Topology& topology = workloads::Topology::of_this_machine();
  RunSettings settings{.round_seconds = options.round_seconds,
                       .worker_counts = worker_counts(options.workers, topology.cpu_count()),
                       .crowds = crowds(options.workers, topology.cpu_count()),
                       .placement = options.placement,
                       .cpus = topology.cpus(options.placement),
                       .allowed_cpus = topology.cpus(workloads::Placement::compact),
                       .cpu_count = topology.cpu_count(),
                       .name_prefix = options.name_prefix,
                       .waits = options.waits};
  if (!options.list) settings.unit_ns = options.unit_ns ? *options.unit_ns : workloads::measure_unit_ns();
  return settings;
}

void add_context(const Suite& suite, const RunSettings& settings) {
  std::ostringstream cpus;
  for (const int cpu : settings.allowed_cpus) cpus << (cpus.tellp() == 0 ? "" : ",") << cpu;
  benchmark::AddCustomContext("contend_version", CONTEND_VERSION);
  benchmark::AddCustomContext("compiler", CONTEND_COMPILER);
  benchmark::AddCustomContext("flags", CONTEND_FLAGS);
  benchmark::AddCustomContext("build_type", CONTEND_BUILD_TYPE);
  benchmark::AddCustomContext("placement", std::string(name_of(settings.placement)));
  benchmark::AddCustomContext("cpus", cpus.str());
  benchmark::AddCustomContext("unit_ns", std::to_string(settings.unit_ns));
  benchmark::AddCustomContext("waits", settings.waits ? "measured" : "left out");
  std::map<std::string, std::string> versions;
  for (const Subject& subject : suite.subjects) versions[subject.family] = subject.version;
  for (const auto& [family, version] : versions) {
    if (!version.empty()) benchmark::AddCustomContext("version:" + family, version);
  }
}

/// Leaves the cases that the flags may mean. The library is slow to register thousands and to match their names, and a
/// process often measures one.
void leave_out_others(const std::string& name_prefix, std::vector<Case>& cases) {
  std::erase_if(cases, [&](const Case& one) { return !may_begin_with(name_of(one), name_prefix); });
}

/// Leaves the case of this name.
void keep_only(const std::string& name, std::vector<Case>& cases) {
  std::erase_if(cases, [&](const Case& one) { return name_of(one) != name; });
  if (cases.empty())
    throw std::runtime_error("no case is named " + name + "; --contend_list prints all of them");
}

int run(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  if (options.help) std::cout << options_help << std::flush;
  const RunSettings settings = settings_of(options);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return exit_usage;
  Suite suite = make_suite(settings);
  leave_out_others(options.name_prefix, suite.cases);
  if (options.only_case) keep_only(*options.only_case, suite.cases);
  if (options.list) {
    list(suite, settings, std::cout);
    return 0;
  }
  bool failed = false;
  add_context(suite, settings);
  for (unsigned i = 0; i < options.repetitions; ++i) {
    for (const Case& one : suite.cases) register_case(one, settings, failed);
  }
  const workloads::ParkedThread parked;
  if (benchmark::RunSpecifiedBenchmarks() == 0) {
    std::cerr << argv[0] << ": no case matches the filter; --contend_list prints all of them\n";
    return exit_failed;
  }
  return failed ? exit_failed : 0;
}

}  // namespace
}  // namespace contend::benchmarks

int main(int argc, char** argv) {
  using namespace contend::benchmarks;
  try {
    return run(argc, argv);
  } catch (const UsageError& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return exit_usage;
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return exit_failed;
  }
}
