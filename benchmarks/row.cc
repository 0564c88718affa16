#include "benchmarks/row.h"

#include <cstdint>
#include <exception>
#include <string>

namespace contend::benchmarks {
namespace {

/// Google Benchmark looks for the number of iterations that fills its minimum time, starting with one. Ours
/// runs for a fixed time and counts, so the trial pretends to have come close: the library then asks for two
/// iterations.
bool is_trial(const benchmark::State& state) { return state.max_iterations == 1; }

void pretend(benchmark::State& state, const RunSettings& settings) {
  while (state.KeepRunningBatch(1)) state.SetIterationTime(0.99 * settings.round_seconds);
}

/// The library repeats a row that took less time than it asked for, and a time of the case's own may be short. What
/// counts is the ratio, so both are told so many times.
std::uint64_t times_to_fill(double round_seconds, double seconds) {
  return seconds > 0 && seconds < round_seconds ? static_cast<std::uint64_t>(round_seconds / seconds) + 1 : 1;
}

}  // namespace

void register_case(const Case& one, const RunSettings& settings, bool& failed) {
  auto* row =
      benchmark::RegisterBenchmark(name_of(one).c_str(), [&one, &settings, &failed](benchmark::State& state) {
        one.run(state, settings);
        if (state.error_occurred()) {
          failed = true;
          return;
        }
        state.counters["workers"] = one.workers;
        state.counters["oversubscribed"] = one.workers > settings.cpu_count ? 1 : 0;
      });
  if (one.timing == Timing::wall) {
    row->UseRealTime();
  } else {
    row->UseManualTime();
  }
  if (one.timing == Timing::round) row->MeasureProcessCPUTime();
}

void report(benchmark::State& state, const RunSettings& settings, const std::function<Measurement()>& measure,
            const std::function<void(Measurement&)>& add_details) {
  if (is_trial(state)) return pretend(state, settings);
  try {
    state.KeepRunningBatch(1);  // starts the library's clock of CPU time
    Measurement result = measure();
    if (result.operations < 2) {
      const std::string few = std::string(too_few) + " (" + std::to_string(result.operations) +
                              "): give --benchmark_min_time a larger value";
      return state.SkipWithError(few.c_str());
    }
    // A batch may overshoot what was asked for: that is how a count that is known only now gets into the row.
    const std::uint64_t times = times_to_fill(settings.round_seconds, result.seconds);
    const auto rest = static_cast<benchmark::IterationCount>(times * result.operations - 1);
    while (state.KeepRunningBatch(rest)) {
    }
    state.SetIterationTime(static_cast<double>(times) * result.seconds);
    if (add_details) add_details(result);
    for (const auto& [name, value] : result.counters) state.counters[name] = value;
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}

}  // namespace contend::benchmarks
