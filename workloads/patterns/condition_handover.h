#pragma once

#include <mutex>
#include <optional>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A producer hands 200 items to a consumer, one at a time, with a Condition.
template <class Kit>
void condition_handover() {
  constexpr int items = 200;
  typename Kit::Lock lock;
  typename Kit::template Condition<typename Kit::Lock> changed(lock);
  std::optional<int> slot;
  int taken = 0;
  run_threads<Kit>({[&] {
                      for (int item = 0; item < items; ++item) {
                        const std::scoped_lock guard(lock);
                        changed.wait([&] { return !slot; });
                        slot = item;
                        changed.notify_one();
                      }
                    },
                    [&] {
                      for (int item = 0; item < items; ++item) {
                        const std::scoped_lock guard(lock);
                        changed.wait([&] { return slot.has_value(); });
                        if (slot == item) ++taken;
                        slot.reset();
                        changed.notify_one();
                      }
                    }});
  expect(taken == items, "items came out of order");
}

}  // namespace contend::workloads
