#pragma once

#include <stdexcept>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A task of a pool fails: who asks for its result gets the exception, the pool works on.
template <class Kit>
void pool_exception() {
  typename Kit::Pool pool(2);
  auto failing = pool.submit([]() -> int { throw std::invalid_argument("planted"); });
  auto fine = pool.submit([] { return 32; });
  bool arrived = false;
  try {
    failing.get();
  } catch (const std::invalid_argument&) {
    arrived = true;
  }
  expect(arrived && fine.get() == 32, "the exception did not arrive, or the pool did not go on");
}

}  // namespace contend::workloads
