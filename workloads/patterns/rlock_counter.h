#pragma once

#include <mutex>
#include <string>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// 25 workers on a counter whose own methods lock an RLock, one from within the other.
template <class Kit>
class ReentrantCounter {
 public:
  void add(int amount) {
    const std::scoped_lock guard(lock_);
    value_ += amount;
  }
  void add_twice() {
    const std::scoped_lock guard(lock_);
    add(1);
    add(1);
  }
  int value() const { return value_; }

 private:
  typename Kit::RLock lock_;
  int value_ = 0;
};

template <class Kit>
void rlock_counter() {
  ReentrantCounter<Kit> counter;
  run_threads<Kit>(25, [&] {
    for (int i = 0; i < 100; ++i) counter.add_twice();
  });
  expect(counter.value() == 5'000, "counted " + std::to_string(counter.value()));
}

}  // namespace contend::workloads
