#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// Six threads through a Semaphore of three: never more than three inside.
template <class Kit>
void limited_entry() {
  typename Kit::Semaphore door(3);
  typename Kit::Lock lock;
  int inside = 0;
  int most = 0;
  int passed = 0;
  run_threads<Kit>(6, [&] {
    door.acquire();
    {
      const std::scoped_lock guard(lock);
      most = std::max(most, ++inside);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    {
      const std::scoped_lock guard(lock);
      --inside;
      ++passed;
    }
    door.release();
  });
  expect(passed == 6 && most <= 3, "more than three were inside, or somebody never was");
}

}  // namespace contend::workloads
