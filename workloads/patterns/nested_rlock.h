#pragma once

#include <functional>
#include <mutex>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A function that holds an RLock calls itself: no deadlock.
template <class Kit>
void nested_rlock() {
  typename Kit::RLock lock;
  int total = 0;
  const std::function<void(int)> add = [&](int depth) {
    const std::scoped_lock guard(lock);
    ++total;
    if (depth > 1) add(depth - 1);
  };
  run_threads<Kit>(2, [&] { add(10); });
  expect(total == 20, "not every level was reached");
}

}  // namespace contend::workloads
