#pragma once

#include <atomic>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// Ten threads ask for the one instance; it is made once.
template <class Kit>
void singleton() {
  constexpr unsigned threads = 10;
  std::atomic<int> made{0};
  typename Kit::template Lazy<int> instance([&] { return ++made; });
  typename Kit::Barrier start(threads);
  std::atomic<int> sum{0};
  run_threads<Kit>(threads, [&] {
    start.wait();
    sum += *instance;
  });
  expect(made == 1 && sum == threads, "it was made more than once");
}

}  // namespace contend::workloads
