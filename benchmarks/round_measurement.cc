#include "benchmarks/round_measurement.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "workloads/execution/shared_memory.h"

namespace contend::benchmarks {
namespace {

using workloads::Experiment;
using workloads::RoundResult;
using workloads::TeamKind;
using workloads::Weighting;

constexpr std::size_t arena_bytes = std::size_t{1} << 30;  // address space; only touched pages are memory

/// The memory is an arena's, or the object's own: either way its destructor is what has to run.
struct Destroy {
  void operator()(Experiment* experiment) const { experiment->destroy(); }
};

/// Where the workers go. A run whose workers are bound to nothing still has a first CPU.
std::vector<int> cpus_of(const RoundCase& one, const RunSettings& settings) {
  if (!one.one_cpu) return settings.cpus;
  const std::vector<int>& known = settings.cpus.empty() ? settings.allowed_cpus : settings.cpus;
  return {known.begin(), known.begin() + (known.empty() ? 0 : 1)};
}

/// Runs one round with an experiment of its own, so that no state leaks from round to round, and checks it.
/// `use` sees the result and the experiment.
template <class Use>
void with_round(const RoundCase& one, const RunSettings& settings, Experiment::Mode mode,
                double saturated_per_s, Use use) {
  std::optional<workloads::SharedArena> arena;
  if (one.team == TeamKind::processes) arena.emplace(arena_bytes);
  std::pmr::memory_resource* memory = arena ? arena->resource() : std::pmr::new_delete_resource();
  const std::unique_ptr<Experiment, Destroy> experiment(
      one.make({one.args, settings.unit_ns, memory, saturated_per_s, one.workers}));
  const workloads::RoundPlan plan{.team = one.team,
                                  .workers = one.workers,
                                  .cpus = cpus_of(one, settings),
                                  .length = round_length(settings)};
  const RoundResult result =
      workloads::run_round(plan, [&](workloads::Worker& worker) { experiment->run(worker, mode); });
  experiment->check(result);
  use(result, *experiment);
}

/// Jain's index: 1 where all did the same, 1/n where one did everything.
double jain_index(const std::vector<double>& shares) {
  double sum = 0;
  double squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  return squares == 0 ? 0 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

/// What the team did to the scheduler, per operation that counts. Of the whole run: nobody can be asked at the edges
/// of the window.
void add_switches(const RoundResult& result, const Experiment& experiment, Measurement& measurement) {
  workloads::ContextSwitches switches;
  std::uint64_t operations = 0;
  for (unsigned id = 0; id < result.workers.size(); ++id) {
    switches += result.workers[id].switches;
    if (experiment.counts(id)) operations += result.workers[id].in_all;
  }
  if (operations == 0) return;
  const auto per_operation = [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(operations);
  };
  measurement.counters["voluntary_switches_per_op"] = per_operation(switches.voluntary);
  measurement.counters["involuntary_switches_per_op"] = per_operation(switches.involuntary);
}

void add_throughput(const RoundResult& result, const Experiment& experiment, Measurement& measurement) {
  std::vector<double> counts;
  std::uint64_t longest_gap = 0;
  for (unsigned id = 0; id < result.workers.size(); ++id) {
    if (!experiment.counts(id)) continue;
    counts.push_back(static_cast<double>(result.workers[id].in_window));
    measurement.operations += result.workers[id].in_window;
    longest_gap = std::max(longest_gap, result.workers[id].longest_gap_ns);
  }
  measurement.seconds = result.seconds;
  const auto operations = static_cast<double>(measurement.operations);
  if (measurement.operations == 0) return;
  auto& counters = measurement.counters;
  counters["cpu_ns_per_op"] = 1e9 * result.cpu_seconds / operations;
  counters["longest_gap_ns"] = static_cast<double>(longest_gap);
  counters["jain"] = jain_index(counts);
  const auto [least, most] = std::ranges::minmax(counts);
  counters["min_max_share"] = most == 0 ? 0 : least / most;
  for (std::size_t i = 0; i < counts.size(); ++i)
    counters["share_" + std::to_string(i)] = counts[i] / operations;
}

}  // namespace

void add_waits(const workloads::Histogram& waits, Measurement& measurement) {
  constexpr std::array<std::pair<const char*, double>, 4> quantiles{
      {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}}};
  auto& counters = measurement.counters;
  for (const auto& [name, q] : quantiles) {
    if (const auto ns = waits.quantile(q, Weighting::per_operation)) {
      counters[std::string("wait_") + name + "_ns"] = *ns;
    }
    if (const auto ns = waits.quantile(q, Weighting::per_time)) {
      counters[std::string("wait_time_") + name + "_ns"] = *ns;
    }
  }
  counters["wait_max_ns"] = static_cast<double>(waits.max());
  counters["wait_samples"] = static_cast<double>(waits.count());
}

Measurement measure_throughput(const RoundCase& one, const RunSettings& settings) {
  Measurement measurement;
  with_round(one, settings, Experiment::Mode::throughput, 0,
             [&](const RoundResult& result, const Experiment& experiment) {
               add_throughput(result, experiment, measurement);
               add_switches(result, experiment, measurement);
               experiment.add_details(result, measurement.counters);
               if (const auto own = experiment.own_time()) {
                 measurement.operations = own->operations;
                 measurement.seconds = own->seconds;
               }
             });
  return measurement;
}

void measure_waits(const RoundCase& one, const RunSettings& settings, Measurement& measurement) {
  const double saturated_per_s = static_cast<double>(measurement.operations) / measurement.seconds;
  with_round(one, settings, Experiment::Mode::latency, saturated_per_s,
             [&](const RoundResult& result, const Experiment& experiment) {
               workloads::Details details;
               experiment.add_details(result, details);
               if (const auto saturated = details.find("saturated");
                   saturated == details.end() || saturated->second == 0) {
                 add_waits(result.waits, measurement);
               }
               measurement.counters.merge(details);  // what the throughput round told stands
             });
}

}  // namespace contend::benchmarks
