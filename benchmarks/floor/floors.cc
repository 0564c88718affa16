#include "benchmarks/floor/floors.h"

#include <array>
#include <exception>
#include <utility>

namespace contend::benchmarks {
namespace {

constexpr std::array registrars = {
    &register_rmw,
    &register_cache_line_round_trip,
    &register_syscall,
    &register_futex_wake_to_running,
    &register_create_and_reap,
    &register_round_trip,
};

void turn_exceptions_into_error_rows(FloorCase& floor) {
  floor.run = [run = std::move(floor.run)](benchmark::State& state) {
    try {
      run(state);
    } catch (const std::exception& error) {
      state.SkipWithError(error.what());
    }
  };
}

}  // namespace

FloorCases floor_cases(std::span<const int> cpus) {
  FloorCases cases;
  if (cpus.empty()) return cases;
  for (const auto& add : registrars) add(cpus, cases);
  for (FloorCase& floor : cases) turn_exceptions_into_error_rows(floor);
  return cases;
}

}  // namespace contend::benchmarks
