#pragma once

#include <functional>
#include <string>
#include <vector>

#include "workloads/experiment.h"

namespace contend::workloads {

/// A small program as tutorials show it, run to its end; CheckFailed where its outcome is wrong.
struct Pattern {
  std::string name;
  std::function<void()> run;
};

inline void expect(bool holds, const std::string& otherwise) {
  if (!holds) throw CheckFailed(otherwise);
}

/// Starts a thread for each function, and joins them.
template <class Kit>
void run_threads(const std::vector<std::function<void()>>& functions) {
  std::vector<typename Kit::Thread> threads;
  for (const auto& function : functions) threads.emplace_back(function).start();
  for (auto& thread : threads) thread.join();
}

/// The same for so many threads that do one thing.
template <class Kit>
void run_threads(unsigned count, const std::function<void()>& work) {
  run_threads<Kit>(std::vector<std::function<void()>>(count, work));
}

}  // namespace contend::workloads
