#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "primitives/concepts.h"

namespace contend::testing {

/// A plain integer: under ThreadSanitizer it also proves that the lock orders memory.
class PlainCell {
 public:
  long get() const { return value_; }
  void set(long value) { value_ = value; }

 private:
  long value_ = 0;
};

/// Loses updates as a plain integer does, without being undefined: for locks that are known to be broken.
class RacyCell {
 public:
  long get() const { return value_.load(std::memory_order_relaxed); }
  void set(long value) { value_.store(value, std::memory_order_relaxed); }

 private:
  std::atomic<long> value_{0};
};

struct ExclusionReport {
  long expected = 0;  // times the section was entered
  long counted = 0;   // what a counter that only the lock protects says
  int most_inside = 0;

  bool holds() const { return counted == expected && most_inside == 1; }
};

/// Sends `threads` threads through the lock `rounds` times each, some of which give up the CPU inside.
template <class Cell = PlainCell, Lockable L>
ExclusionReport check_exclusion(L& lock, int threads, int rounds) {
  Cell counter;
  std::atomic<int> inside{0};
  std::atomic<int> most_inside{0};
  auto section = [&](int round) {
    const int now = inside.fetch_add(1) + 1;
    if (now > most_inside.load()) most_inside.store(now);
    const long seen = counter.get();
    if (round % 16 == 0) std::this_thread::yield();
    counter.set(seen + 1);
    inside.fetch_sub(1);
  };
  auto worker = [&] {
    Handle<L> handle(lock);
    for (int round = 0; round < rounds; ++round) {
      handle.lock();
      section(round);
      handle.unlock();
    }
  };
  std::vector<std::jthread> team;
  for (int i = 0; i < threads; ++i) team.emplace_back(worker);
  team.clear();
  return {static_cast<long>(threads) * rounds, counter.get(), most_inside.load()};
}

}  // namespace contend::testing
