#include "benchmarks/executor_case.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "benchmarks/measurement.h"
#include "benchmarks/row.h"
#include "workloads/run_batches.h"

namespace contend::benchmarks {
namespace {

Measurement measure_batches(const workloads::ExecutorWorkload& workload, const workloads::Args& args,
                            unsigned workers, const workloads::ExecutorFactory& make,
                            const RunSettings& settings) {
  const std::chrono::nanoseconds round = round_length(settings);
  const workloads::ItemSet items = workload.make(args);
  const std::size_t batch = workload.batch_size(args, round, workers);
  const auto executor = make(items, workers);
  const std::size_t alone = workload.beside_serial ? workload.batch_size(args, round, 1) : 0;
  const workloads::BatchTotals totals = run_batches(*executor, items, batch, round, alone);
  const auto per_item = [done = static_cast<double>(totals.items)](auto total) {
    return static_cast<double>(total) / done;
  };
  Measurement result{.operations = totals.items,
                     .seconds = std::chrono::duration<double>(totals.wall).count(),
                     .counters = {{"items", static_cast<double>(batch)},
                                  {"checksum", totals.checksum},
                                  {"cpu_ns_per_op", per_item(totals.cpu.count())},
                                  {"voluntary_switches_per_op", per_item(totals.switches.voluntary)},
                                  {"involuntary_switches_per_op", per_item(totals.switches.involuntary)}}};
  if (alone != 0) result.counters["speed_up"] = totals.speed_up;
  return result;
}

workloads::Tier tier_of(const Subject& subject, const workloads::ExecutorWorkload& workload) {
  const bool elsewhere = !subject.quick_in.empty() && subject.quick_in != workload.name;
  return elsewhere ? workloads::Tier::full : std::max(workload.tier, subject.tier);
}

}  // namespace

std::vector<workloads::Args> combinations(const std::vector<workloads::ArgSpec>& specs) {
  std::vector<std::vector<workloads::Arg>> result(1);
  for (const workloads::ArgSpec& spec : specs) {
    std::vector<std::vector<workloads::Arg>> longer;
    for (const auto& args : result) {
      for (const std::string& value : spec.values) {
        longer.push_back(args);
        longer.back().push_back({spec.name, value});
      }
    }
    result = std::move(longer);
  }
  return {result.begin(), result.end()};
}

Case executor_case(const Subject& subject, const workloads::ExecutorWorkload& workload,
                   const workloads::Args& args, unsigned workers, const workloads::ExecutorFactory& make) {
  Case one{.suite = "executor",
           .workload = workload.name,
           .subject = subject.name,
           .team = {},
           .workers = workers,
           .args = args,
           .tier = tier_of(subject, workload),
           .rounds = workload.beside_serial ? workloads::rounds_of_pairs : 1,
           .timing = Timing::round,
           .run = {}};
  one.run = [workers, args, workload, make](benchmark::State& state, const RunSettings& settings) {
    report(state, settings, [&] { return measure_batches(workload, args, workers, make, settings); });
  };
  return one;
}

}  // namespace contend::benchmarks
