#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <thread>
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

constexpr double shortest_round_s = 0.001;

std::map<std::string, std::string> errors_of(const std::vector<Case>& cases,
                                             double round_seconds = shortest_round_s) {
  const RunSettings settings{.round_seconds = round_seconds,
                             .worker_counts = {},
                             .placement = workloads::Placement::none,
                             .cpus = {},
                             .allowed_cpus = {},
                             .cpu_count = 1,
                             .unit_ns = 1};
  bool failed = false;
  for (const Case& one : cases) register_case(one, settings, failed);
  // The same for the library, or it takes the trial for the round.
  std::vector<std::string> words{"conformance_test", "--benchmark_min_time=" + std::to_string(round_seconds)};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  benchmark::Initialize(&argc, argv.data());
  // Without it ThreadSanitizer can follow the processes of a team: see forks_beside_threads().
  std::optional<workloads::ParkedThread> parked;
  if (!under_thread_sanitizer) parked.emplace();
  Errors errors;
  benchmark::RunSpecifiedBenchmarks(&errors, "all");
  benchmark::ClearRegisteredBenchmarks();
  return errors.by_row();
}

/// Locks and executors are many, and what their workloads check is the same for any two workers.
std::vector<unsigned> worker_counts(const std::string& suite) {
  return suite == "lock" || suite == "executor" ? std::vector{1U, 3U} : std::vector{1U, 2U, 4U};
}

/// Cases that differ in nothing but their subjects and workers follow each other: they share a kernel's tables, which take
/// much longer to fill than a case to run.
std::vector<Case> ordered_by_arguments(std::vector<Case> cases) {
  std::ranges::stable_sort(cases, {}, [](const Case& one) {
    std::string key = one.workload;
    for (const workloads::Arg& arg : one.args) key += '/' + arg.name + ':' + arg.value;
    return key;
  });
  return cases;
}

/// ThreadSanitizer ends a child that starts a thread where there were several when it was forked: burners are threads.
bool forks_beside_threads(const Case& one) {
  return one.workload == "background_load" && one.team == "processes";
}

/// A suite, or one of so many equal parts of it, each a test of its own so that they may run at the same time.
struct Part {
  std::string suite;
  std::size_t index = 0;
  std::size_t of = 1;

  std::vector<Case> of_all(const std::vector<Case>& cases) const {
    const auto bound = [&](std::size_t part) {
      return cases.begin() + static_cast<std::ptrdiff_t>(cases.size() * part / of);
    };
    return {bound(index), bound(index + 1)};
  }
};

void PrintTo(const Part& part, std::ostream* out) {
  *out << part.suite << ' ' << part.index + 1 << '/' << part.of;
}

class EveryCase : public ::testing::TestWithParam<Part> {};

TEST_P(EveryCase, PassesItsCheck) {
  const std::string& suite = GetParam().suite;
  Registry registry(suite, worker_counts(suite));
  for (const SubjectFile& file : SubjectFile::all()) {
    // A peer's library is not compiled for ThreadSanitizer, which then sees races that are none.
    if (!under_thread_sanitizer || !file.is_peer()) file.add_to(registry);
  }
  std::vector<Case> cases = ordered_by_arguments(registry.cases());
  if (under_thread_sanitizer) std::erase_if(cases, forks_beside_threads);
  cases = GetParam().of_all(cases);
  ASSERT_FALSE(cases.empty());
  const auto errors = errors_of(cases);
  EXPECT_EQ(errors.size(), cases.size());
  for (const auto& [row, error] : errors) {
    EXPECT_TRUE(error.empty() || error.starts_with(too_few)) << row << ": " << error;
  }
}

INSTANTIATE_TEST_SUITE_P(Suites, EveryCase,
                         ::testing::Values(Part{"lock"}, Part{"queue", 0, 2}, Part{"queue", 1, 2},
                                           Part{"executor", 0, 4}, Part{"executor", 1, 4},
                                           Part{"executor", 2, 4}, Part{"executor", 3, 4}, Part{"pattern"},
                                           Part{"sync"}));

/// Takes without looking.
struct OpenLock {
  static constexpr bool reentrant = true;

  void lock() {
    if (++locks_ % 16 == 0) std::this_thread::yield();
  }
  bool try_lock() { return true; }
  bool try_lock_for(std::chrono::nanoseconds) { return true; }
  bool try_lock_until(std::chrono::steady_clock::time_point) { return true; }
  void unlock() {}
  void lock_shared() { lock(); }
  void unlock_shared() {}

 private:
  std::atomic<unsigned> locks_{0};
};

/// Right, but for what `Fault` does to every hundredth message, or more often.
template <class Fault, class T = std::uint64_t, std::uint64_t every = 100>
class FaultyQueue {
 public:
  using value_type = T;

  explicit FaultyQueue(std::size_t capacity) : capacity_(capacity) {}

  bool try_push(T value) {
    const std::scoped_lock guard(mutex_);
    if (items_.size() >= capacity_) return false;
    const bool last = workloads::number_of(value) == workloads::last_message;  // without it nobody would stop
    if (!last && ++pushed_ % every == 0) {
      Fault::push(items_, value);
    } else {
      items_.push_back(value);
    }
    return true;
  }
  std::optional<T> try_pop() {
    const std::scoped_lock guard(mutex_);
    if (items_.empty()) return std::nullopt;
    const T value = items_.front();
    items_.pop_front();
    return value;
  }
  bool push(T value) {
    while (!try_push(value)) std::this_thread::yield();
    return true;
  }
  std::optional<T> pop() {
    for (;;) {
      if (auto value = try_pop()) return value;
      std::this_thread::yield();
    }
  }
  std::size_t try_push_n(std::span<T> values) { return try_push(values.front()) ? 1 : 0; }
  std::size_t try_pop_n(T* out, std::size_t /*most*/) {
    const auto value = try_pop();
    if (value) *out = *value;
    return value ? 1 : 0;
  }

 private:
  std::mutex mutex_;
  std::deque<T> items_;
  const std::size_t capacity_;
  std::uint64_t pushed_ = 0;
};

struct Lose {
  static void push(auto&, const auto&) {}
};
struct Repeat {
  static void push(auto& items, const auto& value) { items.insert(items.end(), 2, value); }
};
struct Overtake {
  static void push(auto& items, const auto& value) { items.push_front(value); }
};
struct Tear {
  static void push(auto& items, const auto& value) {
    items.push_back(value);
    if constexpr (requires { value.words; }) --items.back().words.back();
  }
};
struct Change {
  static void push(auto& items, const auto& value) { items.push_back(value + 1); }
};
struct DoRight {
  static void push(auto& items, const auto& value) { items.push_back(value); }
};

template <class T>
using TearingQueue = FaultyQueue<Tear, T>;

/// First in, first out, whatever it says.
template <workloads::Order what>
struct ImpostorQueue : FaultyQueue<DoRight> {
  static constexpr auto order = what;
  using FaultyQueue::FaultyQueue;
};

struct LosingStack : FaultyQueue<Lose> {
  static constexpr auto order = workloads::Order::last_in_first_out;
  using FaultyQueue::FaultyQueue;
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

/// Has a permit for everybody.
class GenerousSemaphore {
 public:
  explicit GenerousSemaphore(std::ptrdiff_t /*permits*/) {}
  void acquire() { std::this_thread::yield(); }
  bool try_acquire() { return true; }
  void release() {}
};

/// Holds nobody up.
class OpenBarrier {
 public:
  explicit OpenBarrier(std::ptrdiff_t /*parties*/) {}
  void wait() { std::this_thread::yield(); }
};
class OpenFlag {
 public:
  void set() { is_set_ = true; }
  void wait() { std::this_thread::sleep_for(std::chrono::microseconds(20)); }
  bool is_set() const { return is_set_; }
  void clear() { is_set_ = false; }

 private:
  std::atomic<bool> is_set_{false};
};

struct HastyTimer {
  std::uint64_t fire_after(std::chrono::nanoseconds interval) {
    std::this_thread::sleep_for(interval / 2);
    return workloads::now_ns() - static_cast<std::uint64_t>(interval.count()) / 2;
  }
};

/// A round that was too short proves nothing.
bool fails(const Case& one, double round_seconds) {
  const std::string error = errors_of({one}, round_seconds).begin()->second;
  return !error.empty() && !error.starts_with(too_few);
}

/// One of the cases fails its check, in longer and longer rounds: on a busy machine two workers seldom run at the same
/// moment.
bool one_fails(const std::vector<Case>& cases, double longest_round_s) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  double round_s = shortest_round_s;
  do {
    if (std::ranges::any_of(cases, [=](const Case& one) { return fails(one, round_s); })) return true;
    round_s = std::min(10 * round_s, longest_round_s);
  } while (std::chrono::steady_clock::now() < deadline);
  return false;
}

/// Every one of the cases fails its check, each sooner or later.
void expect_all_fail(const std::vector<Case>& cases, const std::string& workload) {
  int seen = 0;
  for (const Case& one : cases) {
    if (one.workload != workload) continue;
    ++seen;
    EXPECT_TRUE(one_fails({one}, shortest_round_s)) << name_of(one) << " did not notice the fault";
  }
  EXPECT_GT(seen, 0);
}

TEST(PlantedFault, LockThatLetsTwoInFails) {
  if (under_thread_sanitizer)
    GTEST_SKIP() << "the fault is a data race: ThreadSanitizer reports it by itself";
  Registry registry("lock", {4});
  registry.lock<OpenLock>({.name = "open"});
  std::map<std::string, std::vector<Case>> by_workload;
  for (const Case& one : registry.cases()) by_workload[one.workload].push_back(one);
  EXPECT_EQ(by_workload.size(), 10U);
  for (const auto& [workload, cases] : by_workload)
    EXPECT_TRUE(one_fails(cases, 1.0)) << workload << " did not notice the fault";
}

TEST(PlantedFault, QueuesThatLoseRepeatOrReorderFail) {
  Registry registry("queue", {1, 2});
  registry.queue<FaultyQueue<Lose>>({.name = "loses"});
  registry.queue<FaultyQueue<Repeat>>({.name = "repeats"});
  registry.queue<FaultyQueue<Overtake>>({.name = "reorders"});
  for (const char* workload :
       {"throughput", "one_cpu_throughput", "batch", "ending", "offered_load", "pipeline"}) {
    expect_all_fail(registry.cases(), workload);
  }
}

/// Where one message at a time is under way, a lost one would be waited for.
TEST(PlantedFault, QueueThatChangesMessagesFails) {
  Registry registry("queue", {2});
  registry.queue<FaultyQueue<Change, std::uint64_t, 1>>({.name = "changes"});
  for (const char* workload : {"ping_pong", "one_cpu_ping_pong", "idle_consumer"}) {
    expect_all_fail(registry.cases(), workload);
  }
}

TEST(PlantedFault, QueueThatTearsLargeMessagesFails) {
  Registry registry("queue", {1, 2});
  registry.queue<TearingQueue>({.name = "tears"});
  expect_all_fail(registry.cases(), "payload");
}

TEST(PlantedFault, QueuesOfAnotherOrderThanTheySayFail) {
  Registry registry("queue", {1, 2});
  registry.ordered_queue<ImpostorQueue<workloads::Order::last_in_first_out>>({.name = "no stack"});
  registry.ordered_queue<ImpostorQueue<workloads::Order::smallest_first>>({.name = "no heap"});
  registry.ordered_queue<LosingStack>({.name = "loses"});
  expect_all_fail(registry.cases(), "standing");
}

TEST(PlantedFault, ObjectsThatHoldNobodyUpFail) {
  Registry registry("sync", {2});
  registry.semaphore<GenerousSemaphore>({.name = "generous"});
  registry.event<OpenFlag>({.name = "open"});
  registry.barrier<OpenBarrier>({.name = "open"});
  registry.timer<HastyTimer>({.name = "hasty"});
  expect_all_fail(registry.cases(), "semaphore_pool");
  // Listeners that do not wait read what is not written yet, which ThreadSanitizer reports by itself.
  if (!under_thread_sanitizer) expect_all_fail(registry.cases(), "event_broadcast");
  expect_all_fail(registry.cases(), "barrier_phases");
  expect_all_fail(registry.cases(), "timer_lateness");
}

TEST(PlantedFault, ExecutorThatLeavesAnItemOutFails) {
  Registry registry("executor", {1});
  registry.executor<ForgetfulExecutor>({.name = "forgets"});
  expect_all_fail(registry.cases(), "cpu_chain");
  expect_all_fail(registry.cases(), "lifetime");
}

}  // namespace
}  // namespace contend::benchmarks
