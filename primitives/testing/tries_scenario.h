#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "primitives/testing/linearizability.h"
#include "primitives/testing/schedule.h"

namespace contend::testing {

/// Three tries from each of `workers` at each end of a queue that, where it is small, is mostly full or mostly empty; some order must explain what was
/// returned.
template <class Queue, std::size_t workers, Failure failure, Next next = Next::oldest,
          std::size_t capacity = 2>
Scenario tries() {
  struct State {
    Queue queue{capacity};
    std::atomic<std::uint64_t> clock = 0;
    std::vector<CallRecorder<Queue>> recorders{2 * workers, {queue, clock}};
  };
  auto state = std::make_shared<State>();
  Scenario scenario;
  for (std::size_t i = 0; i < workers; ++i) {
    scenario.threads.emplace_back([state, i] {
      // Not in ascending order, so that the smallest is neither the oldest nor the newest.
      for (const int j : {1, 2, 0}) state->recorders[2 * i].push(static_cast<int>(10 * i) + j);
    });
    scenario.threads.emplace_back([state, i] {
      for (int j = 0; j < 3; ++j) state->recorders[2 * i + 1].pop();
    });
  }
  scenario.check = [state] {
    QueueHistoryChecker checker(all_calls(state->recorders), state->queue.capacity(), failure, next);
    require(checker.is_linearizable(), "no order explains what was returned");
  };
  return scenario;
}

}  // namespace contend::testing
