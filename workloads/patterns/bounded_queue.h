#pragma once

#include <chrono>
#include <optional>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A Queue of 10 between a producer and a consumer who stop at an Event; what is still queued is taken too.
template <class Kit>
void bounded_queue() {
  constexpr int items = 1'000;
  typename Kit::template Queue<int> queue(10);
  typename Kit::Event stop;
  int taken = 0;
  run_threads<Kit>({[&] {
                      for (int item = 0; item < items; ++item) queue.push(item);
                      stop.set();
                    },
                    [&] {
                      while (!stop.is_set() || !queue.empty()) {
                        const std::optional<int> item = queue.try_pop_for(std::chrono::milliseconds(10));
                        if (item && *item == taken) ++taken;
                      }
                    }});
  expect(taken == items, "items were lost or came out of order");
}

}  // namespace contend::workloads
