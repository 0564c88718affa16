#include <benchmark/benchmark.h>
#include <oneapi/tbb/spin_mutex.h>

#include <mutex>
#include <thread>

#include "primitives/lock.h"
#include "primitives/spin_lock.h"

// How a careful outsider would measure an uncontended lock: Google Benchmark's own loop, nothing of the harness. Two
// things to know: a second thread must be alive, or the C library leaves its atomics out; and lock and counter lie on
// lines of their own, because an atomic on the line that was just stored to waits for the store (2 ns of 8). The figures
// of the suite are held against these by scripts/checks/plain_loops.py.
namespace {

template <class Lock>
void lock_and_unlock(benchmark::State& state) {
  alignas(128) static Lock lock;
  alignas(128) static long counter = 0;
  for (auto _ : state) {
    lock.lock();
    benchmark::DoNotOptimize(++counter);
    lock.unlock();
  }
}

BENCHMARK(lock_and_unlock<std::mutex>)->Name("plain/std::mutex");
BENCHMARK(lock_and_unlock<tbb::spin_mutex>)->Name("plain/tbb::spin_mutex");
BENCHMARK(lock_and_unlock<contend::Lock>)->Name("plain/Lock");
BENCHMARK(lock_and_unlock<contend::SpinLock>)->Name("plain/SpinLock");

}  // namespace

int main(int argc, char** argv) {
  std::jthread parked([](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  });
  benchmark::Initialize(&argc, argv);
  return benchmark::RunSpecifiedBenchmarks() == 0;
}
