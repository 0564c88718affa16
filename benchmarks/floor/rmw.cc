// What one atomic operation costs while its line stays in this core's L1: no other core touches it. The store
// and load beside it, to scale, are what the same line costs without a read-modify-write. Each iteration's
// operation depends on the last through memory, so this is latency, not throughput. Not measured: contention
// (the cache-line round trip is its floor) and weaker orders, which are the same instructions on x86.
//
// A second thread is alive all the time, because the C library drops its own atomics in a process that has
// only one.

#include <atomic>
#include <cstdint>
#include <string>

#include "benchmarks/floor/floors.h"
#include "primitives/internal/cache_line.h"
#include "workloads/execution/parked_thread.h"

namespace contend::benchmarks {
namespace {

struct alignas(internal::cache_line_size) Line {
  std::atomic<std::uint64_t> word{0};
};

/// `operation(word)` once per iteration.
template <class Operation>
FloorCase rmw_case(const char* name, Operation operation) {
  return {.name = std::string("floor/rmw/op:") + name, .run = [operation](benchmark::State& state) {
            const workloads::ParkedThread parked;
            Line line;
            for (auto _ : state) benchmark::DoNotOptimize(operation(line.word));
          }};
}

}  // namespace

void register_rmw(std::span<const int>, FloorCases& cases) {
  using Word = std::atomic<std::uint64_t>;
  cases.push_back(rmw_case("fetch_add", [](Word& word) { return word.fetch_add(1); }));
  cases.push_back(rmw_case("exchange", [](Word& word) { return word.exchange(1); }));
  cases.push_back(rmw_case("compare_exchange", [](Word& word) {
    std::uint64_t expected = 0;
    return word.compare_exchange_strong(expected, 0);
  }));
  // Relaxed: one thread, nothing to pair with.
  cases.push_back(rmw_case("store_load", [](Word& word) {
    word.store(word.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return true;
  }));
}

}  // namespace contend::benchmarks
