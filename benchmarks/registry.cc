#include "benchmarks/registry.h"

#include <algorithm>
#include <utility>

#include "benchmarks/arrival_measurement.h"
#include "benchmarks/executor_case.h"
#include "benchmarks/lifetime_case.h"
#include "benchmarks/name_filter.h"
#include "benchmarks/pattern_measurement.h"
#include "benchmarks/row.h"
#include "workloads/executor_workload.h"

namespace contend::benchmarks {

using workloads::TeamKind;

namespace {

bool can_have(const Subject& subject, unsigned workers) {
  return subject.most_workers == 0 || workers <= subject.most_workers;
}

workloads::Tier tier_of(const Subject& subject, const std::string& workload, const workloads::Shape& shape) {
  const bool too_many = subject.most_workers_in_quick != 0 && shape.workers > subject.most_workers_in_quick;
  const bool elsewhere = !subject.quick_in.empty() && subject.quick_in != workload;
  return too_many || elsewhere ? workloads::Tier::full : std::max(shape.tier, subject.tier);
}

}  // namespace

Registry::Registry(std::string suite, std::vector<unsigned> worker_counts, std::vector<unsigned> crowds,
                   std::string name_prefix)
    : suite_(std::move(suite)),
      worker_counts_(std::move(worker_counts)),
      crowds_(std::move(crowds)),
      name_prefix_(std::move(name_prefix)) {}

void Registry::from(std::string family, std::string version, bool peer) {
  family_ = std::move(family);
  version_ = std::move(version);
  peer_ = peer;
}

bool Registry::takes(std::string_view suite, Subject& subject, bool null) {
  if (suite != suite_) return false;
  subject.null = null;
  subject.family = family_;
  subject.version = version_;
  subject.peer = peer_;
  subjects_.push_back(subject);
  const std::string_view wanted = subject_in(name_prefix_);
  return wanted.empty() || wanted == subject.name;
}

void Registry::add_rounds(const Subject& subject, const std::string& workload, TeamKind team,
                          const workloads::Shape& shape, bool has_waits, ExperimentFactory make) {
  const unsigned sharing = shape.sharing != 0 ? shape.sharing : shape.workers;
  if (!can_have(subject, sharing)) return;
  if (team == TeamKind::processes && shape.workers < 2) return;  // alone, it is what a thread is
  Case one{.suite = suite_,
           .workload = workload,
           .subject = subject.name,
           .team = std::string(name_of(team)),
           .workers = shape.workers,
           .args = shape.args,
           .tier = tier_of(subject, workload, shape),
           .rounds = has_waits ? 2U : 1U,
           .timing = Timing::round,
           .run = {}};
  one.run = [round = RoundCase{team, shape.workers, shape.args, shape.one_cpu, std::move(make)}, has_waits](
                benchmark::State& state, const RunSettings& settings) {
    std::function<void(Measurement&)> add_waits;
    if (has_waits && settings.waits)
      add_waits = [&](Measurement& measurement) { measure_waits(round, settings, measurement); };
    report(
        state, settings, [&] { return measure_throughput(round, settings); }, add_waits);
  };
  cases_.push_back(std::move(one));
}

void Registry::add_executor(const Subject& subject, const workloads::ExecutorFactory& make, bool awaits) {
  for (const workloads::ExecutorWorkload& workload : workloads::executor_workloads()) {
    if (awaits && !workload.awaitable) continue;
    const std::vector<unsigned>& own = awaits ? workload.in_flight : workload.worker_counts;
    for (const workloads::Args& args : combinations(workload.args)) {
      for (const unsigned workers : own.empty() ? worker_counts_ : own) {
        if (can_have(subject, workers))
          cases_.push_back(executor_case(subject, workload, args, workers, make));
      }
    }
  }
  for (const unsigned workers : worker_counts_) {
    if (can_have(subject, workers)) cases_.push_back(lifetime_case(subject, workers, make));
  }
}

void Registry::add_arrivals(const Subject& subject, const workloads::ServiceFactory& make, bool awaits) {
  for (const ArrivalCase& arrivals : arrival_cases()) {
    if (awaits && !arrivals.awaitable) continue;
    for (const unsigned workers : worker_counts_) {
      Case one{.suite = suite_,
               .workload = arrivals.workload,
               .subject = subject.name,
               .team = {},
               .workers = workers,
               .args = arrivals.args,
               .tier = workloads::Tier::full,
               .rounds = arrivals.rounds,
               .timing = Timing::round,
               .run = {}};
      one.run = [arrivals, workers, make](benchmark::State& state, const RunSettings& settings) {
        report(state, settings, [&] { return measure_arrivals(arrivals, workers, make, settings); });
      };
      cases_.push_back(std::move(one));
    }
  }
}

void Registry::convoy(Subject subject, const BatonFactory& make) {
  if (!takes("pattern", subject, false)) return;
  for (const unsigned burners : {0U, 1U, 2U, 4U}) {
    add_pattern_case(subject, "convoy", {{"burners", std::to_string(burners)}}, convoy_rounds,
                     [make, burners](const RunSettings& settings) {
                       return measure_convoy(make().get(), burners, settings);
                     });
  }
}

void Registry::add_patterns(const Subject& subject, const std::vector<workloads::Pattern>& patterns,
                            const std::vector<workloads::Operation>& operations) {
  for (const workloads::Pattern& pattern : patterns) {
    add_pattern_case(subject, pattern.name, {}, 1, [run = pattern.run](const RunSettings& settings) {
      return measure_repeatedly(run, 1, settings);
    });
  }
  for (const workloads::Operation& operation : operations) {
    add_pattern_case(subject, "operation_" + operation.name, {}, 1, [operation](const RunSettings& settings) {
      const auto run = operation.prepare();
      return measure_repeatedly([&] { run(operation.times); }, operation.times, settings);
    });
  }
}

void Registry::add_pattern_case(const Subject& subject, const std::string& workload,
                                const workloads::Args& args, unsigned rounds,
                                std::function<Measurement(const RunSettings&)> measure) {
  Case one{.suite = suite_,
           .workload = workload,
           .subject = subject.name,
           .team = {},
           .workers = 1,
           .args = args,
           .tier = workloads::Tier::full,
           .rounds = rounds,
           .timing = Timing::round,
           .run = {}};
  one.run = [measure = std::move(measure)](benchmark::State& state, const RunSettings& settings) {
    report(state, settings, [&] { return measure(settings); });
  };
  cases_.push_back(std::move(one));
}

SubjectFile::SubjectFile(Kind kind, std::string family, std::string version, Register add)
    : kind_(kind), family_(std::move(family)), version_(std::move(version)), add_(add) {
  all().push_back(*this);
}

void SubjectFile::add_to(Registry& registry) const {
  registry.from(family_, version_, kind_ == Kind::peer);
  add_(registry);
}

std::vector<SubjectFile>& SubjectFile::all() {
  static std::vector<SubjectFile> files;
  return files;
}

}  // namespace contend::benchmarks
