#pragma once

#include <atomic>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// Four threads come at different times and start together: nobody works before the last has come.
template <class Kit>
void barrier_start() {
  constexpr unsigned threads = 4;
  typename Kit::Barrier start(threads);
  std::atomic<unsigned> come{0};
  std::atomic<int> too_early{0};
  run_threads<Kit>(threads, [&] {
    ++come;
    start.wait();
    if (come != threads) ++too_early;
  });
  expect(come == threads && too_early == 0, "somebody never came, or worked before the last had come");
}

}  // namespace contend::workloads
