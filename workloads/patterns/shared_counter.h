#pragma once

#include <mutex>
#include <string>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A counter shared by 5 threads, 100,000 increments each, under a Lock.
template <class Kit>
void shared_counter() {
  typename Kit::Lock lock;
  int count = 0;
  run_threads<Kit>(5, [&] {
    for (int i = 0; i < 100'000; ++i) {
      const std::scoped_lock guard(lock);
      ++count;
    }
  });
  expect(count == 500'000, "counted " + std::to_string(count));
}

}  // namespace contend::workloads
