#include "benchmarks/pattern_measurement.h"

#include <chrono>

#include "workloads/io/convoy.h"

namespace contend::benchmarks {

Measurement measure_repeatedly(const std::function<void()>& go, unsigned operations,
                               const RunSettings& settings) {
  using Clock = std::chrono::steady_clock;
  go();
  Measurement result;
  Clock::duration spent{0};
  while (result.operations < 2 || spent < round_length(settings)) {
    const Clock::time_point start = Clock::now();
    go();
    spent += Clock::now() - start;
    result.operations += operations;
  }
  result.seconds = std::chrono::duration<double>(spent).count();
  return result;
}

Measurement measure_convoy(Baton* baton, unsigned burners, const RunSettings& settings) {
  const workloads::ConvoyFigures seen =
      workloads::run_convoy(baton, burners, convoy_rounds * round_length(settings));
  return {.operations = seen.trips,
          .seconds = std::chrono::duration<double>(seen.length).count(),
          .counters = {{"p50_ns", static_cast<double>(seen.p50_ns)},
                       {"p90_ns", static_cast<double>(seen.p90_ns)},
                       {"p99_ns", static_cast<double>(seen.p99_ns)},
                       {"fast_share", seen.fast_share},
                       {"slow_share", seen.slow_share}}};
}

}  // namespace contend::benchmarks
