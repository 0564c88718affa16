#include <benchmark/benchmark.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "benchmarks/planted/kernels.h"
#include "benchmarks/planted/plant.h"
#include "primitives/lock.h"
#include "primitives/spin_lock.h"
#include "workloads/cpu/integer_chain.h"
#include "workloads/execution/pin.h"
#include "workloads/execution/placement.h"

namespace contend::benchmarks {
namespace {

constexpr int most_spins = 2000;      // then the other is thought to want this CPU
constexpr std::uint64_t steps = 500;  // about a microsecond
constexpr std::uint64_t steps_before_handing_over =
    3 * steps;  // about what handing over costs, between far CPUs

void pin_worker(int index) {
  const auto cpus = workloads::Topology::of_this_machine().cpus(workloads::Placement::compact);
  workloads::pin_this_thread(cpus[static_cast<std::size_t>(index) % cpus.size()]);
}

/// Both threads want the same lock, and work inside it and as long outside: without that, who has it takes it
/// again at once, and the time is that of luck.
template <class Mutex>
void sections(benchmark::State& state, std::uint64_t units) {
  alignas(128) static Mutex mutex;
  alignas(128) static std::uint64_t shared = 1;
  pin_worker(state.thread_index());
  std::uint64_t own = 1;
  for (auto _ : state) {
    for (std::uint64_t left = units; left > 0; --left) {
      {
        const std::lock_guard guard(mutex);
        benchmark::DoNotOptimize(shared = workloads::integer_chain(shared, steps));
      }
      benchmark::DoNotOptimize(own = workloads::integer_chain(own, steps));
    }
  }
}

/// The ball is in one thread's half, which works, and hands it over.
void hand_over(benchmark::State& state, std::uint64_t units) {
  alignas(128) static std::atomic<int> holder = 0;
  pin_worker(state.thread_index());
  const int me = state.thread_index();
  for (auto _ : state) {
    for (std::uint64_t left = units; left > 0; --left) {
      for (int spins = 0; holder.load() != me; ++spins) {
        if (spins > most_spins) std::this_thread::yield();
      }
      benchmark::DoNotOptimize(
          workloads::integer_chain(static_cast<std::uint64_t>(me), steps_before_handing_over));
      holder.store(1 - me);
    }
  }
}

void register_pair(const char* name, void (*body)(benchmark::State&, std::uint64_t)) {
  const std::string full_name = std::string("planted/") + name;
  const std::uint64_t units = with_percent(100, contended_percent(full_name + "/real_time/threads:2"));
  benchmark::RegisterBenchmark(full_name.c_str(),
                               [body, units](benchmark::State& state) { body(state, units); })
      ->Threads(2)
      ->UseRealTime();
}

}  // namespace

void register_contended() {
  register_pair("mutex_sections", sections<std::mutex>);
  register_pair("lock_sections", sections<Lock>);
  register_pair("spin_lock_sections", sections<SpinLock>);
  register_pair("hand_over_spinning", hand_over);
}

}  // namespace contend::benchmarks
