#include "benchmarks/block_cases.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "benchmarks/executor_case.h"
#include "primitives/executors.h"
#include "workloads/block_results.h"

namespace contend::benchmarks {
namespace {

using Block = std::vector<std::uint64_t>;

/// Carries the blocks themselves over, and takes their digests here.
class BlockPool final : public workloads::ErasedExecutor {
 public:
  BlockPool(std::size_t words, unsigned workers)
      : pool_(
            [words](std::uint64_t id) {
              Block block(words);
              workloads::fill_block(id, block);
              return block;
            },
            workers, {.max_result_bytes = words * sizeof(std::uint64_t)}) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) override {
    blocks_.resize(ids.size());
    pool_.run(ids, blocks_);
    for (std::size_t index = 0; index < ids.size(); ++index)
      results[index] = workloads::digest_of(blocks_[index]);
  }

 private:
  BasicProcessPool<Block> pool_;
  std::vector<Block> blocks_;
};

workloads::ExecutorFactory block_pool(const workloads::Args& args) {
  return [words = workloads::words_of_block(args)](const workloads::ItemSet&, unsigned workers) {
    return std::make_unique<BlockPool>(words, workers);
  };
}

struct Carrier {
  Subject subject;
  std::function<workloads::ExecutorFactory(const workloads::Args&)> make_for;
};

std::vector<Carrier> carriers() {
  const auto plain = [](const workloads::ExecutorFactory& make) {
    return [make](const auto&) { return make; };
  };
  const auto subject = [](const char* name, const char* note) {
    return Subject{.name = name, .note = note, .family = "contend", .version = CONTEND_VERSION};
  };
  return {{subject("pool", "the blocks stay where they were made"),
           plain(workloads::make_executor<ThreadPoolExecutor>)},
          {subject("process_pool", "the blocks stay where they were made"),
           plain(workloads::make_executor<ProcessPoolExecutor>)},
          {subject("process_pool_blocks", "the process pool, and the blocks are copied to the caller"),
           block_pool}};
}

}  // namespace

void add_block_cases(std::span<const unsigned> worker_counts, Suite& suite) {
  const workloads::ExecutorWorkload workload = workloads::block_results_workload();
  for (const Carrier& carrier : carriers()) {
    const bool known =
        std::ranges::find(suite.subjects, carrier.subject.name, &Subject::name) != suite.subjects.end();
    if (!known) suite.subjects.push_back(carrier.subject);
    for (const workloads::Args& args : combinations(workload.args)) {
      for (const unsigned workers : worker_counts) {
        suite.cases.push_back(
            executor_case(carrier.subject, workload, args, workers, carrier.make_for(args)));
      }
    }
  }
}

}  // namespace contend::benchmarks
