#pragma once

#include <optional>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A producer, a consumer and a Queue; an empty optional says that nothing more comes.
template <class Kit>
void queue_sentinel() {
  constexpr int items = 1'000;
  typename Kit::template Queue<std::optional<int>> queue;
  int taken = 0;
  run_threads<Kit>({[&] {
                      for (int item = 0; item < items; ++item) queue.push(item);
                      queue.push(std::nullopt);
                    },
                    [&] {
                      while (const std::optional<int> item = queue.pop()) {
                        if (*item == taken) ++taken;
                      }
                    }});
  expect(taken == items, "items were lost or came out of order");
}

}  // namespace contend::workloads
