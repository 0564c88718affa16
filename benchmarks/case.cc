#include "benchmarks/case.h"

namespace contend::benchmarks {

std::string name_of(const Case& one) {
  std::string name = one.suite + "/" + one.workload;
  const bool floor = one.timing != Timing::round;
  if (!floor) name += "/" + one.subject;
  if (!one.team.empty()) name += "/team:" + one.team;
  if (!floor) name += "/workers:" + std::to_string(one.workers);
  for (const workloads::Arg& arg : one.args) name += "/" + arg.name + ":" + arg.value;
  return name;
}

}  // namespace contend::benchmarks
