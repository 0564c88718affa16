#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <stdexcept>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// An operation under a lock that fails half-way leaves everything as it was.
template <class Kit>
void rolled_back() {
  constexpr int transfers = 100;
  typename Kit::Lock lock;
  std::array balances{100, 0};
  std::atomic<int> refused{0};
  const auto transfer_one = [&] {
    const std::scoped_lock guard(lock);
    const auto undo = [&, before = balances] { balances = before; };
    typename Kit::template ScopeGuard<decltype(undo)> roll_back(undo);
    if (--balances[0] < 0) throw std::underflow_error("no money left");
    ++balances[1];
    roll_back.dismiss();
  };
  run_threads<Kit>(2, [&] {
    for (int i = 0; i < transfers; ++i) {
      try {
        transfer_one();
      } catch (const std::underflow_error&) {
        ++refused;
      }
    }
  });
  expect(balances == std::array{0, 100} && refused == transfers, "a failed transfer left traces");
}

}  // namespace contend::workloads
