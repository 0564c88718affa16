#include <sstream>
#include <string>

#include "benchmarks/floor/floors.h"
#include "benchmarks/suite.h"

namespace contend::benchmarks {
namespace {

/// floor/rmw/op:fetch_add: the workload is the second part, and what follows are arguments.
Case case_of(const FloorCase& floor) {
  Case one{.suite = "floor",
           .workload = {},
           .subject = "floor",
           .team = {},
           .workers = 1,
           .args = {},
           .rounds = 1,
           .timing = floor.manual_time ? Timing::manual : Timing::wall,
           .run = [run = floor.run](benchmark::State& state, const RunSettings&) { run(state); }};
  std::istringstream parts(floor.name);
  std::string part;
  std::getline(parts, part, '/');
  std::getline(parts, one.workload, '/');
  std::vector<workloads::Arg> args;
  while (std::getline(parts, part, '/')) {
    const std::size_t colon = part.find(':');
    args.push_back({part.substr(0, colon), part.substr(colon + 1)});
  }
  one.args = workloads::Args(std::move(args));
  return one;
}

}  // namespace

Suite make_suite(const RunSettings& settings) {
  Suite suite{.name = "floor", .subjects = {{.name = "floor", .family = "machine"}}, .cases = {}};
  for (const FloorCase& floor : floor_cases(settings.allowed_cpus)) suite.cases.push_back(case_of(floor));
  return suite;
}

}  // namespace contend::benchmarks
