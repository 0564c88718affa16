#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace contend::benchmarks {

/// One thing that the hardware or the kernel charges for: an ordinary Google Benchmark loop. Its time per
/// iteration is what the unavoidable part of some other row costs at least. Wall time counts: register it
/// with UseManualTime where `manual_time` says so and with UseRealTime otherwise.
struct FloorCase {
  /// In full, such as floor/rmw/op:fetch_add.
  std::string name;
  std::function<void(benchmark::State&)> run;
  bool manual_time = false;
};

using FloorCases = std::vector<FloorCase>;

/// All of them, for the CPUs that may be used. What needs a second CPU is left out where there is one. An
/// exception that leaves a loop becomes an error row.
FloorCases floor_cases(std::span<const int> cpus);

// One file each; a new floor is a file, a line here and a word in floors.cc.
void register_rmw(std::span<const int> cpus, FloorCases& cases);
void register_cache_line_round_trip(std::span<const int> cpus, FloorCases& cases);
void register_syscall(std::span<const int> cpus, FloorCases& cases);
void register_futex_wake_to_running(std::span<const int> cpus, FloorCases& cases);
void register_create_and_reap(std::span<const int> cpus, FloorCases& cases);
void register_round_trip(std::span<const int> cpus, FloorCases& cases);

}  // namespace contend::benchmarks
