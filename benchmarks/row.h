#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string_view>

#include "benchmarks/case.h"
#include "benchmarks/measurement.h"

// How a case becomes a row of Google Benchmark's.
namespace contend::benchmarks {

/// Makes the library run the case, with the clocks that it needs. Both arguments must outlive the library's run. Sets
/// `failed` if the row becomes an error row.
void register_case(const Case& one, const RunSettings& settings, bool& failed);

/// How the error of a round begins that was too short to tell anything; nothing is wrong with the subject then.
inline constexpr std::string_view too_few = "too few operations in the round";

/// Makes one row out of `measure`: real_time is wall time per operation, cpu_time this process's CPU time per
/// operation (without that of its children), iterations the number of operations (of a case with a short time of its
/// own, a multiple). `add_details` runs after the library's clocks have stopped and may add counters. An exception becomes an error row.
void report(benchmark::State& state, const RunSettings& settings, const std::function<Measurement()>& measure,
            const std::function<void(Measurement&)>& add_details = {});

}  // namespace contend::benchmarks
