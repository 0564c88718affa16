// What it costs to move one cache line to another core and back: two bound threads take turns at storing to
// one word and spinning, without a pause, until the other has answered. real_time is there and back; half of
// it is one transfer. Every pair of allowed CPUs once, from < to. Not measured: read-modify-writes, lines
// shared by more than two, and the other direction, which differs only in which thread owns the clock.
//
// The same with a line for each direction, between the first two CPUs. Who reads the one line writes it next,
// and may be given it for that at once; a line that only one side writes has to be asked back from its reader
// before every store. That is the least that any two one-way channels cost, such as a pair of queues.

#include <atomic>
#include <cstdint>
#include <limits>
#include <thread>

#include "benchmarks/floor/floors.h"
#include "primitives/internal/cache_line.h"
#include "workloads/execution/pin.h"

namespace contend::benchmarks {
namespace {

/// Odd turns are the clock's side's, even ones are answers. Two lines wide: no neighbour, not even a
/// prefetched one.
struct alignas(2 * internal::cache_line_size) BouncingLine {
  std::atomic<std::uint64_t> turn{0};
};

constexpr std::uint64_t over = std::numeric_limits<std::uint64_t>::max();

/// By which line a turn goes there, and by which the answer comes back: one and the same, or not.
struct Lines {
  BouncingLine& there;
  BouncingLine& back;
};

void answer(Lines lines) {
  for (std::uint64_t expected = 1;; expected += 2) {
    std::uint64_t seen;
    // Acquire pairs with the release in ask() and with the one that says that it is over.
    while ((seen = lines.there.turn.load(std::memory_order_acquire)) != expected) {
      if (seen == over) return;
    }
    // Release pairs with the acquire in ask().
    lines.back.turn.store(expected + 1, std::memory_order_release);
  }
}

void ask(Lines lines, std::uint64_t turn) {
  // Release pairs with the acquire in answer().
  lines.there.turn.store(turn, std::memory_order_release);
  // Acquire pairs with the release in answer().
  while (lines.back.turn.load(std::memory_order_acquire) != turn + 1) {
  }
}

std::jthread start_bound_to(int cpu, Lines lines) {
  const workloads::ScopedPin born_there(cpu);
  return std::jthread([lines] { answer(lines); });
}

void bounce(benchmark::State& state, int from, int to, Lines lines) {
  const std::jthread peer = start_bound_to(to, lines);
  const workloads::ScopedPin here(from);
  std::uint64_t turn = 1;
  ask(lines, turn);  // not counted: waits for the thread to start
  for (auto _ : state) ask(lines, turn += 2);
  // Release pairs with the acquire in answer().
  lines.there.turn.store(over, std::memory_order_release);
}

void bounce_one_line(benchmark::State& state, int from, int to) {
  BouncingLine line;
  bounce(state, from, to, {line, line});
}

void bounce_two_lines(benchmark::State& state, int from, int to) {
  BouncingLine there;
  BouncingLine back;
  bounce(state, from, to, {there, back});
}

}  // namespace

void register_cache_line_round_trip(std::span<const int> cpus, FloorCases& cases) {
  for (const int from : cpus) {
    for (const int to : cpus) {
      if (from >= to) continue;
      cases.push_back(
          {.name = "floor/cache_line_round_trip/from:" + std::to_string(from) + "/to:" + std::to_string(to),
           .run = [from, to](benchmark::State& state) { bounce_one_line(state, from, to); }});
    }
  }
  if (cpus.size() < 2) return;
  cases.push_back({.name = "floor/two_line_round_trip/cpu:other",
                   .run = [from = cpus[0], to = cpus[1]](benchmark::State& state) {
                     bounce_two_lines(state, from, to);
                   }});
}

}  // namespace contend::benchmarks
