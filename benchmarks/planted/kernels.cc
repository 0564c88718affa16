#include "benchmarks/planted/kernels.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "benchmarks/planted/plant.h"
#include "primitives/lock.h"
#include "primitives/mpmc_ring.h"
#include "primitives/spin_lock.h"
#include "workloads/cpu/integer_chain.h"

namespace contend::benchmarks {
namespace {

using workloads::integer_chain;

/// One iteration is 100 calls of a fresh `Unit`, each with its number, and the planted ones.
template <class Unit>
void register_unit(const char* name) {
  const std::uint64_t units = with_percent(100, planted_percent());
  benchmark::RegisterBenchmark((std::string("planted/") + name).c_str(), [units](benchmark::State& state) {
    Unit unit;
    for (auto _ : state) {
      for (std::uint64_t i = 0; i < units; ++i) benchmark::DoNotOptimize(unit(i));
    }
  });
}

struct IntegerChain {
  std::uint64_t operator()(std::uint64_t i) { return integer_chain(i, 100); }
};

struct FloatingPoint {
  double operator()(std::uint64_t i) {
    double x = static_cast<double>(i) + 2;
    for (int step = 0; step < 20; ++step) x = std::sqrt(x) + 1.5;
    return x;
  }
};

/// Collatz's steps from a start that never comes again. A predictor that could learn them would make the units unequal,
/// and their cost a matter of what the neighbours leave of its memory.
struct Branches {
  std::uint64_t starts = 0;
  std::uint64_t operator()(std::uint64_t) {
    std::uint64_t odd_steps = 0, x = integer_chain(++starts, 3);
    for (int step = 0; step < 40; ++step) {
      if (x % 2 == 0) {
        x /= 2;
      } else {
        x = 3 * x + 1;
        ++odd_steps;
      }
    }
    return odd_steps;
  }
};

struct SumOfArray {
  std::vector<std::uint64_t> values = std::vector<std::uint64_t>(1024, 3);
  std::uint64_t operator()(std::uint64_t i) { return std::accumulate(values.begin(), values.end(), i); }
};

/// A walk through 256 KiB along one cycle, in an order that no prefetcher foresees.
struct PointerChase {
  std::vector<std::uint32_t> next = std::vector<std::uint32_t>(1 << 16);
  std::uint32_t at = 0;
  PointerChase() {
    for (std::uint32_t i = 0; i < next.size(); ++i) next[i] = (i * 40'505u + 12'345u) % next.size();
  }
  std::uint32_t operator()(std::uint64_t) {
    for (int step = 0; step < 100; ++step) at = next[at];
    return at;
  }
};

struct Copy {
  std::vector<char> from = std::vector<char>(16'384, 'x'), to = std::vector<char>(16'384);
  char operator()(std::uint64_t i) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::ClobberMemory();
    return to[i];
  }
};

/// Of values that never come again, for the same reason.
struct Sort {
  std::array<std::uint64_t, 64> values{};
  std::uint64_t made = 0;
  std::uint64_t operator()(std::uint64_t) {
    for (std::uint64_t& value : values) value = integer_chain(++made, 2);
    std::sort(values.begin(), values.end());
    return values[32];
  }
};

/// In an order that never comes again, for the same reason.
template <class Map>
struct Lookups {
  Map map;
  std::uint64_t made = 0;
  Lookups() {
    for (std::uint64_t key = 0; key < 1000; ++key) map[integer_chain(key, 2)] = key;
  }
  std::uint64_t operator()(std::uint64_t) {
    std::uint64_t sum = 0;
    for (int lookup = 0; lookup < 10; ++lookup) {
      const std::uint64_t key = integer_chain(++made, 3) % 1000;
      sum += map.find(integer_chain(key, 2))->second;
    }
    return sum;
  }
};

struct FormatAndParse {
  std::uint64_t operator()(std::uint64_t i) {
    std::array<char, 24> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), integer_chain(i, 2)).ptr;
    std::uint64_t value = 0;
    std::from_chars(text.data(), end, value);
    return value;
  }
};

struct Allocate {
  std::size_t operator()(std::uint64_t i) {
    std::array<std::unique_ptr<char[]>, 8> blocks;
    for (std::size_t at = 0; at < blocks.size(); ++at)
      blocks[at] = std::make_unique<char[]>(16 << (i + at) % 6);
    return std::bit_cast<std::size_t>(blocks[3].get());
  }
};

struct Append {
  std::size_t operator()(std::uint64_t i) {
    std::string text;
    for (int part = 0; part < 8; ++part) text += part % 2 == 0 ? "neither short " : "nor long ";
    return text.find('l', i % 8);
  }
};

template <class Mutex>
struct Uncontended {
  Mutex mutex;
  std::uint64_t counter = 0;
  std::uint64_t operator()(std::uint64_t) {
    for (int i = 0; i < 8; ++i) {
      const std::lock_guard guard(mutex);
      ++counter;
      benchmark::ClobberMemory();
    }
    return counter;
  }
};

struct FetchAdd {
  std::atomic<std::uint64_t> counter = 0;
  std::uint64_t operator()(std::uint64_t) {
    for (int i = 0; i < 8; ++i) counter.fetch_add(1);
    return counter.load();
  }
};

struct RingAlone {
  MpmcRing<std::uint64_t> ring{64};
  std::uint64_t operator()(std::uint64_t i) {
    ring.try_push(i);
    return *ring.try_pop();
  }
};

}  // namespace

void register_kernels() {
  register_unit<IntegerChain>("integer_chain");
  register_unit<FloatingPoint>("floating_point");
  register_unit<Branches>("branches");
  register_unit<SumOfArray>("sum_of_array");
  register_unit<PointerChase>("pointer_chase");
  register_unit<Copy>("copy");
  register_unit<Sort>("sort");
  register_unit<Lookups<std::unordered_map<std::uint64_t, std::uint64_t>>>("hash_lookups");
  register_unit<Lookups<std::map<std::uint64_t, std::uint64_t>>>("tree_lookups");
  register_unit<FormatAndParse>("format_and_parse");
  register_unit<Allocate>("allocate");
  register_unit<Append>("append");
  register_unit<Uncontended<std::mutex>>("mutex_alone");
  register_unit<Uncontended<Lock>>("lock_alone");
  register_unit<FetchAdd>("fetch_add");
  register_unit<RingAlone>("ring_alone");
}

}  // namespace contend::benchmarks
