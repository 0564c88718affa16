#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "benchmarks/executor_case.h"
#include "benchmarks/ranks/ranks.h"
#include "benchmarks/suite.h"
#include "workloads/cpu/integer_chain.h"
#include "workloads/io/timer_wait.h"

// The executors' items by the ranks of MPI. The program is started by mpirun, once for every rank; all but rank 0 serve,
// and never come back from make_suite().
namespace contend::benchmarks {
namespace {

enum Work : std::size_t { chain, wait };

/// Lives until the program ends, so that an error ends the other ranks too.
Ranks& the_ranks() {
  static Ranks ranks({workloads::interruptible_chain, [](std::uint64_t id, std::uint64_t delay_us) {
                        return workloads::timer_wait(id, static_cast<std::uint32_t>(delay_us));
                      }});
  return ranks;
}

class RankExecutor final : public workloads::ErasedExecutor {
 public:
  RankExecutor(Work work, std::uint64_t amount) : work_(work), amount_(amount) {}
  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) override {
    the_ranks().run(work_, amount_, ids, results);
  }

 private:
  const Work work_;
  const std::uint64_t amount_;  // as rank 0 has calibrated it: the items are the same everywhere
};

/// The cases of a workload of the executors; `amount_of(args)` is told to every rank.
template <class AmountOf>
void add(Suite& suite, const std::string& name, Work work, AmountOf amount_of) {
  for (const workloads::ExecutorWorkload& workload : workloads::executor_workloads()) {
    if (workload.name != name) continue;
    for (const workloads::Args& args : combinations(workload.args)) {
      const auto make = [=](const workloads::ItemSet&, unsigned) {
        return std::make_unique<RankExecutor>(work, amount_of(args));
      };
      suite.cases.push_back(executor_case(suite.subjects.front(), workload, args,
                                          static_cast<unsigned>(the_ranks().size()), make));
    }
  }
}

}  // namespace

Suite make_suite(const RunSettings& /*settings*/) {
  if (the_ranks().rank() != 0) {
    the_ranks().serve();
    std::exit(0);
  }
  Suite suite{
      .name = "executor",
      .subjects = {{.name = "mpi_ranks",
                    .note = "mpirun's processes, items dealt out in turn; CPU time and switches are rank 0's",
                    .tier = workloads::Tier::full,
                    .peer = true,
                    .family = "MPI",
                    .version = CONTEND_MPI_VERSION}},
      .cases = {}};
  const auto steps_of_us = [](const workloads::Args& args) {
    return workloads::steps_for(workloads::microseconds_of(args, "item_us"));
  };
  const auto steps_of_ns = [](const workloads::Args& args) {
    return workloads::steps_for(std::chrono::nanoseconds(args.count("item_ns")));
  };
  const auto delay = [](const workloads::Args& args) { return std::uint64_t{args.count("delay_us")}; };
  add(suite, "cpu_chain", chain, steps_of_us);
  add(suite, "cpu_grain", chain, steps_of_ns);
  add(suite, "timer", wait, delay);
  return suite;
}

}  // namespace contend::benchmarks
