// How long a sleeper takes to run again: from just before the wake call to the woken thread's first look at
// the clock. Every wake is timed by itself. Before it, the sleeper has been seen asleep and, on another CPU,
// has been so for long enough that its CPU went idle; after it, the waker goes to sleep, which on one CPU is
// what lets the other run. real_time is the mean; median_ns beside it is not moved by the few wakes that met
// a descheduled CPU.
//
// Not measured: a sleeper on a busy CPU, deep idle states that a CPU enters after milliseconds, and the
// waker's own cost of the call.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "benchmarks/floor/floors.h"
#include "primitives/internal/futex.h"
#include "primitives/internal/platform.h"
#include "workloads/execution/pin.h"
#include "workloads/io/file_descriptor.h"

namespace contend::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;
using internal::ThreadPlatform;

constexpr auto time_to_go_idle = std::chrono::microseconds(50);

/// Sees whether a thread of this process sleeps, by its state in /proc.
class SleepWatch {
 public:
  explicit SleepWatch(pid_t thread)
      : stat_(workloads::checked(open(path_of(thread).c_str(), O_RDONLY | O_CLOEXEC),
                                 "opening " + path_of(thread))) {}

  bool sleeps() const {
    std::array<char, 128> text;
    const int size = workloads::checked(static_cast<int>(pread(stat_.get(), text.data(), text.size(), 0)),
                                        "reading the state of a thread");
    const std::string_view stat(text.data(), static_cast<std::size_t>(size));
    // "123 (a name) S ...": the name may itself hold brackets.
    const std::size_t state = stat.rfind(')') + 2;
    return state < stat.size() && stat[state] == 'S';
  }

 private:
  static std::string path_of(pid_t thread) { return "/proc/self/task/" + std::to_string(thread) + "/stat"; }

  workloads::FileDescriptor stat_;
};

/// A bound thread that sleeps, tells when it woke up, and sleeps again.
class Sleeper {
 public:
  explicit Sleeper(int cpu) : thread_(start_bound_to(cpu)) { wait_for_answer(0); }

  ~Sleeper() {
    over_ = true;
    wake(1);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  pid_t thread() const { return id_; }

  /// From the call to its first instruction.
  Clock::duration time_one_wake() {
    const Clock::time_point called = Clock::now();
    wake(1);
    wait_for_answer(turn_);
    return woken_at_ - called;
  }

 private:
  std::jthread start_bound_to(int cpu) {
    const workloads::ScopedPin born_there(cpu);
    return std::jthread([this] { run(); });
  }

  void run() {
    id_ = gettid();
    for (std::uint32_t turn = 0;; ++turn) {
      answer_.store(turn);
      ThreadPlatform::wake(answer_, 1);
      while (word_.load() == turn) ThreadPlatform::wait(word_, turn);
      woken_at_ = Clock::now();
      if (over_) return;
    }
  }

  void wake(std::uint32_t steps) {
    turn_ += steps;
    word_.store(turn_);
    ThreadPlatform::wake(word_, 1);
  }

  void wait_for_answer(std::uint32_t turn) {
    for (std::uint32_t seen; (seen = answer_.load()) != turn;) ThreadPlatform::wait(answer_, seen);
  }

  static constexpr std::uint32_t not_started = ~std::uint32_t{0};

  std::atomic<std::uint32_t> word_{0};
  std::atomic<std::uint32_t> answer_{not_started};
  std::uint32_t turn_ = 0;
  // Written before a store to answer_ or word_ and read after a load of it.
  Clock::time_point woken_at_;
  pid_t id_ = 0;
  bool over_ = false;
  std::jthread thread_;
};

void spin_for(Clock::duration duration) {
  const Clock::time_point until = Clock::now() + duration;
  while (Clock::now() < until) internal::cpu_relax();
}

double median_ns(std::vector<Clock::duration>& samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::ranges::nth_element(samples, middle);
  return std::chrono::duration<double, std::nano>(*middle).count();
}

void wake_to_running(benchmark::State& state, int waker_cpu, int sleeper_cpu) {
  const workloads::ScopedPin here(waker_cpu);
  Sleeper sleeper(sleeper_cpu);
  const SleepWatch watch(sleeper.thread());
  std::vector<Clock::duration> samples;
  for (auto _ : state) {
    while (!watch.sleeps()) ThreadPlatform::yield();
    if (waker_cpu != sleeper_cpu) spin_for(time_to_go_idle);
    samples.push_back(sleeper.time_one_wake());
    state.SetIterationTime(std::chrono::duration<double>(samples.back()).count());
  }
  state.counters["median_ns"] = median_ns(samples);
}

FloorCase wake_case(const char* where, int waker_cpu, int sleeper_cpu) {
  return {.name = std::string("floor/futex_wake_to_running/cpu:") + where,
          .run = [=](benchmark::State& state) { wake_to_running(state, waker_cpu, sleeper_cpu); },
          .manual_time = true};
}

}  // namespace

void register_futex_wake_to_running(std::span<const int> cpus, FloorCases& cases) {
  cases.push_back(wake_case("same", cpus[0], cpus[0]));
  if (cpus.size() > 1) cases.push_back(wake_case("other", cpus[0], cpus[1]));
}

}  // namespace contend::benchmarks
