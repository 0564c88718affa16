#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <vector>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// Five threads write to one object and each reads back its own value.
template <class Kit>
void thread_local_values() {
  constexpr int threads = 5;
  typename Kit::template ThreadLocal<int> mine;
  typename Kit::Barrier all_have_written(threads);
  typename Kit::Lock lock;
  std::set<int> seen;
  std::vector<std::function<void()>> work;
  for (int number = 0; number < threads; ++number) {
    work.emplace_back([&, number] {
      *mine = number;
      all_have_written.wait();
      const std::scoped_lock guard(lock);
      seen.insert(*mine);
    });
  }
  run_threads<Kit>(work);
  expect(seen.size() == threads, "a thread read another's value");
}

}  // namespace contend::workloads
