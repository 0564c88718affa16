#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/registry.h"
#include "benchmarks/row.h"
#include "workloads/execution/parked_thread.h"

// What is measured is what is tested: every case that the binaries offer runs here, for a few milliseconds, with its
// check; and subjects with a fault planted in them fail those same checks.
namespace contend::benchmarks {
namespace {

#ifdef __SANITIZE_THREAD__
constexpr bool under_thread_sanitizer = true;
#else
constexpr bool under_thread_sanitizer = false;
#endif

class Errors : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) errors_[run.benchmark_name()] = run.error_occurred ? run.error_message : "";
  }

  /// By row; empty: the case passed.
  const std::map<std::string, std::string>& by_row() const { return errors_; }

 private:
  std::map<std::string, std::string> errors_;
};

std::map<std::string, std::string> errors_of(const std::vector<Case>& cases) {
  const RunSettings settings{.round_seconds = 0.003,
                             .worker_counts = {},
                             .placement = workloads::Placement::none,
                             .cpus = {},
                             .allowed_cpus = {},
                             .cpu_count = 1,
                             .unit_ns = 1};
  bool failed = false;
  for (const Case& one : cases) register_case(one, settings, failed);
  std::vector<std::string> words{"conformance_test", "--benchmark_min_time=0.003"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  benchmark::Initialize(&argc, argv.data());
  const workloads::ParkedThread parked;
  Errors errors;
  benchmark::RunSpecifiedBenchmarks(&errors, "all");
  benchmark::ClearRegisteredBenchmarks();
  return errors.by_row();
}

class EveryCase : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryCase, PassesItsCheck) {
  Registry registry(GetParam(), {1, 2, 4});
  for (const SubjectFile& file : SubjectFile::all()) {
    // A peer's library is not compiled for ThreadSanitizer, which then sees races that are none.
    if (!under_thread_sanitizer || !file.is_peer()) file.add_to(registry);
  }
  const auto errors = errors_of(registry.cases());
  EXPECT_EQ(errors.size(), registry.cases().size());
  for (const auto& [row, error] : errors) {
    EXPECT_TRUE(error.empty() || error.starts_with(too_few)) << row << ": " << error;
  }
}

INSTANTIATE_TEST_SUITE_P(Suites, EveryCase, ::testing::Values("lock", "queue", "executor"));

/// Takes without looking.
struct OpenLock {
  void lock() { std::this_thread::yield(); }
  bool try_lock() { return true; }
  void unlock() {}
};

/// Right, but for what `Fault` does to every hundredth message.
template <class Fault>
class FaultyQueue {
 public:
  using value_type = std::uint64_t;

  explicit FaultyQueue(std::size_t capacity) : capacity_(capacity) {}

  bool try_push(std::uint64_t value) {
    const std::scoped_lock guard(mutex_);
    if (items_.size() >= capacity_) return false;
    const bool last = value == ~std::uint64_t{0};  // the end of the stream; without it nobody would stop
    if (!last && ++pushed_ % 100 == 0) {
      Fault::push(items_, value);
    } else {
      items_.push_back(value);
    }
    return true;
  }
  std::optional<std::uint64_t> try_pop() {
    const std::scoped_lock guard(mutex_);
    if (items_.empty()) return std::nullopt;
    const std::uint64_t value = items_.front();
    items_.pop_front();
    return value;
  }

 private:
  std::mutex mutex_;
  std::deque<std::uint64_t> items_;
  const std::size_t capacity_;
  std::uint64_t pushed_ = 0;
};

struct Lose {
  static void push(std::deque<std::uint64_t>&, std::uint64_t) {}
};
struct Repeat {
  static void push(std::deque<std::uint64_t>& items, std::uint64_t value) {
    items.insert(items.end(), 2, value);
  }
};
struct Overtake {
  static void push(std::deque<std::uint64_t>& items, std::uint64_t value) { items.push_front(value); }
};

/// Leaves the last item out.
class ForgetfulExecutor {
 public:
  ForgetfulExecutor(ItemFunction function, unsigned /*workers*/) : function_(std::move(function)) {}
  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) results[i] = function_(ids[i]);
  }

 private:
  ItemFunction function_;
};

/// Every one of the cases fails its check, each in one of many tries: whether two workers meet is a matter of luck.
void expect_all_fail(const std::vector<Case>& cases, const std::string& workload) {
  constexpr int tries = 50;
  int seen = 0;
  for (const Case& one : cases) {
    if (one.workload != workload) continue;
    ++seen;
    bool caught = false;
    for (int i = 0; i < tries && !caught; ++i) {
      const std::string error = errors_of({one}).begin()->second;
      caught = !error.empty() && !error.starts_with(too_few);
    }
    EXPECT_TRUE(caught) << name_of(one) << " did not notice the fault";
  }
  EXPECT_GT(seen, 0);
}

TEST(PlantedFault, LockThatLetsTwoInFails) {
  if (under_thread_sanitizer)
    GTEST_SKIP() << "the fault is a data race: ThreadSanitizer reports it by itself";
  Registry registry("lock", {4});
  registry.lock<OpenLock>({.name = "open"});
  expect_all_fail(registry.cases(), "sections");
}

TEST(PlantedFault, QueuesThatLoseRepeatOrReorderFail) {
  Registry registry("queue", {1, 2});
  registry.queue<FaultyQueue<Lose>>({.name = "loses"});
  registry.queue<FaultyQueue<Repeat>>({.name = "repeats"});
  registry.queue<FaultyQueue<Overtake>>({.name = "reorders"});
  expect_all_fail(registry.cases(), "throughput");
}

TEST(PlantedFault, ExecutorThatLeavesAnItemOutFails) {
  Registry registry("executor", {1});
  registry.executor<ForgetfulExecutor>({.name = "forgets"});
  expect_all_fail(registry.cases(), "cpu_chain");
}

}  // namespace
}  // namespace contend::benchmarks
