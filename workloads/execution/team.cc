#include "workloads/execution/team.h"

#include "workloads/execution/process_team.h"
#include "workloads/execution/thread_team.h"

namespace contend::workloads {

std::string_view name_of(TeamKind kind) { return kind == TeamKind::threads ? "threads" : "processes"; }

std::unique_ptr<Team> make_team(TeamKind kind) {
  if (kind == TeamKind::threads) return std::make_unique<ThreadTeam>();
  return std::make_unique<ProcessTeam>();
}

}  // namespace contend::workloads
