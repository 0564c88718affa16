#pragma once

#include <functional>

#include "benchmarks/case.h"
#include "benchmarks/measurement.h"
#include "primitives/baton.h"

namespace contend::benchmarks {

/// A convoy is so many rounds long: where every trip waits for the lock, a second holds no more than some dozens.
inline constexpr unsigned convoy_rounds = 8;

/// Calls `go`, which does so many operations at a time, once to warm up and then for a round.
Measurement measure_repeatedly(const std::function<void()>& go, unsigned operations,
                               const RunSettings& settings);

/// One operation is one round trip.
Measurement measure_convoy(Baton* baton, unsigned burners, const RunSettings& settings);

}  // namespace contend::benchmarks
