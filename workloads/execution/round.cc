#include "workloads/execution/round.h"

#include <algorithm>
#include <memory>
#include <memory_resource>
#include <numeric>
#include <thread>

#include "workloads/execution/shared_memory.h"

namespace contend::workloads {
namespace {

using namespace std::chrono_literals;

constexpr auto poll_interval = 100us;
constexpr auto longest_sleep = 20ms;  // how soon a worker that died is noticed
constexpr std::uint64_t fewest_operations = 64;
constexpr int longest_window = 20;  // times the length that was asked for

/// The control block and the workers, where a team of either kind can see them.
class SharedRound {
 public:
  explicit SharedRound(unsigned count)
      : arena_(sizeof(RoundControl) + (sizeof(Worker) + alignof(Worker)) * (count + 1)),
        control_(allocator_.new_object<RoundControl>()) {
    for (unsigned id = 0; id < count; ++id)
      workers_.push_back(allocator_.new_object<Worker>(id, count, *control_));
  }

  RoundControl& control() { return *control_; }
  Worker& worker(unsigned id) { return *workers_[id]; }
  std::span<Worker* const> workers() const { return workers_; }

 private:
  SharedArena arena_;
  std::pmr::polymorphic_allocator<> allocator_{arena_.resource()};
  RoundControl* control_;
  std::vector<Worker*> workers_;
};

/// Sleeps until `when`, looking after the team meanwhile.
void sleep_watching(Team& team, std::chrono::steady_clock::time_point when) {
  for (auto now = std::chrono::steady_clock::now(); now < when; now = std::chrono::steady_clock::now()) {
    std::this_thread::sleep_until(std::min(when, now + longest_sleep));
    team.check();
  }
}

void start_together(Team& team, RoundControl& control, unsigned count) {
  while (control.ready.load() < count) {
    std::this_thread::sleep_for(poll_interval);
    team.check();
  }
  control.go.store(true);
}

void await_start(RoundControl& control) {
  control.ready.fetch_add(1);
  while (!control.go.load()) std::this_thread::sleep_for(poll_interval);
}

std::uint64_t operations_of(std::span<Worker* const> workers) {
  return std::accumulate(workers.begin(), workers.end(), std::uint64_t{0},
                         [](auto sum, const Worker* worker) { return sum + worker->operations(); });
}

/// A window of the asked length; a longer one where so little happened in it that there would be no figure.
void await_window(Team& team, std::span<Worker* const> workers, std::chrono::nanoseconds length) {
  const auto begin = std::chrono::steady_clock::now();
  const std::uint64_t before = operations_of(workers);
  for (int lengths = 1; lengths <= longest_window; ++lengths) {
    sleep_watching(team, begin + lengths * length);
    if (operations_of(workers) - before >= fewest_operations) return;
  }
}

struct Snapshot {
  std::chrono::steady_clock::time_point when = std::chrono::steady_clock::now();
  double cpu_seconds;
  std::vector<std::uint64_t> operations;

  Snapshot(const Team& team, std::span<Worker* const> workers) {
    for (const Worker* worker : workers) operations.push_back(worker->operations());
    cpu_seconds = team.cpu_seconds();
  }
};

RoundResult difference(const Snapshot& begin, const Snapshot& end, std::span<Worker* const> workers) {
  RoundResult result{.seconds = std::chrono::duration<double>(end.when - begin.when).count(),
                     .cpu_seconds = end.cpu_seconds - begin.cpu_seconds,
                     .workers = {},
                     .waits = {}};
  for (std::size_t i = 0; i < workers.size(); ++i) {
    result.workers.push_back({.in_window = end.operations[i] - begin.operations[i],
                              .in_all = workers[i]->operations(),
                              .longest_gap_ns = workers[i]->longest_gap_ns(),
                              .switches = workers[i]->switches()});
    result.waits.merge(workers[i]->waits());
  }
  return result;
}

/// Whatever happens to the leader, the workers are told to stop before the team waits for them.
struct StopAtExit {
  RoundControl& control;
  ~StopAtExit() {
    control.go.store(true);
    control.stop.store(true);
  }
};

}  // namespace

RoundResult run_round(const RoundPlan& plan, const std::function<void(Worker&)>& body) {
  SharedRound round(plan.workers);
  const std::unique_ptr<Team> team = make_team(plan.team);
  const StopAtExit stop{round.control()};
  team->start(plan.workers, plan.cpus, [&](unsigned id) {
    await_start(round.control());
    const ContextSwitches before = context_switches();
    body(round.worker(id));
    round.worker(id).note_switches(context_switches() - before);
  });
  start_together(*team, round.control(), plan.workers);

  const auto settle = std::clamp<std::chrono::nanoseconds>(plan.length / 10, 100us, 20ms);
  sleep_watching(*team, std::chrono::steady_clock::now() + settle);
  const Snapshot begin(*team, round.workers());
  round.control().window_begin_ns.store(now_ns());
  await_window(*team, round.workers(), plan.length);
  const Snapshot end(*team, round.workers());
  round.control().stop.store(true);
  team->join();
  return difference(begin, end, round.workers());
}

}  // namespace contend::workloads
