#include "benchmarks/arrival_measurement.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "benchmarks/round_measurement.h"
#include "workloads/executor_workload.h"

namespace contend::benchmarks {
namespace {

using workloads::ArrivalFigures;
using workloads::ArrivalPlan;
using workloads::Arrivals;

constexpr const char* open_loop = "open_loop";
constexpr const char* closed_loop = "closed_loop";

struct Kind {
  const char* workload;
  workloads::Arg size;
};

/// One that computes and one that waits.
const std::array<Kind, 2> kinds{{{"cpu_chain", {"item_us", "100"}}, {"tcp_request", {"delay_us", "1000"}}}};

workloads::ExecutorWorkload workload_of(const std::string& name) {
  const auto all = workloads::executor_workloads();
  const auto found = std::ranges::find(all, name, &workloads::ExecutorWorkload::name);
  if (found == all.end()) throw std::invalid_argument("there are no items '" + name + "'");
  return *found;
}

workloads::ItemSet items_of(const workloads::Args& args) {
  const workloads::ExecutorWorkload workload = workload_of(args.text("items"));
  std::vector<workloads::Arg> own;
  for (const workloads::ArgSpec& spec : workload.args) own.push_back({spec.name, args.text(spec.name)});
  return workload.make(workloads::Args(std::move(own)));
}

Arrivals arrivals_of(const std::string& name) {
  if (name == "poisson") return Arrivals::poisson;
  if (name == "periodic") return Arrivals::periodic;
  if (name == "on_off") return Arrivals::on_off;
  throw std::invalid_argument("there are no arrivals '" + name + "'; there are: poisson, periodic, on_off");
}

Measurement measured(const ArrivalFigures& figures) {
  return {.operations = figures.items, .seconds = std::chrono::duration<double>(figures.wall).count()};
}

void add_lag(const workloads::Histogram& lag, Measurement& measurement) {
  const auto add = [&](const char* counter, double q) {
    if (const auto ns = lag.quantile(q, workloads::Weighting::per_operation)) {
      measurement.counters[counter] = *ns;
    }
  };
  add("generator_lag_p50_ns", 0.5);
  add("generator_lag_p99_ns", 0.99);
  measurement.counters["generator_lag_max_ns"] = static_cast<double>(lag.max());
}

Measurement measure_closed(const workloads::Args& args, unsigned workers,
                           const workloads::ServiceFactory& make, const ArrivalPlan& plan) {
  const workloads::ClosedLoop loop{.clients = args.count("clients"),
                                   .think_time = workloads::microseconds_of(args, "think_us")};
  const ArrivalFigures figures = run_closed_loop(make, items_of(args), workers, loop, plan);
  Measurement measurement = measured(figures);
  add_waits(figures.waits, measurement);
  return measurement;
}

Measurement measure_open(const workloads::Args& args, unsigned workers, const workloads::ServiceFactory& make,
                         const ArrivalPlan& plan) {
  const workloads::ItemSet items = items_of(args);
  const workloads::ClosedLoop eager{.clients = std::max(2 * workers, 4U)};
  const ArrivalFigures saturated = run_closed_loop(make, items, workers, eager, plan);
  Measurement measurement = measured(saturated);
  const double most = static_cast<double>(measurement.operations) / measurement.seconds;
  const workloads::SendSchedule schedule(most * args.number("load_percent") / 100,
                                         arrivals_of(args.text("arrivals")));
  const ArrivalFigures figures = run_open_loop(make, items, workers, schedule, plan);
  measurement.counters = {{"offered_per_s", figures.offered_per_s},
                          {"sent_of_offered", figures.sent_of_due},
                          {"backlog", static_cast<double>(figures.backlog)},
                          {"saturated", figures.saturated ? 1 : 0}};
  add_lag(figures.lag, measurement);
  if (!figures.saturated) add_waits(figures.waits, measurement);
  return measurement;
}

}  // namespace

std::vector<ArrivalCase> arrival_cases() {
  constexpr std::array<std::pair<const char*, const char*>, 5> loads{
      {{"poisson", "20"}, {"poisson", "50"}, {"poisson", "80"}, {"periodic", "50"}, {"on_off", "50"}}};
  std::vector<ArrivalCase> cases;
  for (const Kind& kind : kinds) {
    const bool awaitable = workload_of(kind.workload).awaitable;
    const workloads::Arg items{"items", kind.workload};
    for (const auto& [arrivals, load] : loads) {
      cases.push_back(
          {open_loop, {items, kind.size, {"arrivals", arrivals}, {"load_percent", load}}, awaitable, 2});
    }
    for (const char* think_us : {"0", "1000"}) {
      cases.push_back(
          {closed_loop, {items, kind.size, {"clients", "16"}, {"think_us", think_us}}, awaitable, 1});
    }
  }
  return cases;
}

Measurement measure_arrivals(const ArrivalCase& one, unsigned workers, const workloads::ServiceFactory& make,
                             const RunSettings& settings) {
  const ArrivalPlan plan{.length = round_length(settings)};
  return one.workload == open_loop ? measure_open(one.args, workers, make, plan)
                                   : measure_closed(one.args, workers, make, plan);
}

}  // namespace contend::benchmarks
