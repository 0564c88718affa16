#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// Four workers on a Queue; join() returns when task_done() was called for every item.
template <class Kit>
void queue_join() {
  constexpr int items = 400;
  constexpr int workers = 4;
  typename Kit::template Queue<std::optional<int>> queue;
  std::atomic<int> done{0};
  std::vector<typename Kit::Thread> threads;
  for (int i = 0; i < workers; ++i) {
    threads.emplace_back([&] {
      for (bool more = true; more;) {
        const std::optional<int> item = queue.pop();
        more = item.has_value();
        if (more) done += *item;
        queue.task_done();
      }
    });
    threads.back().start();
  }
  for (int i = 0; i < items; ++i) queue.push(1);
  queue.join();
  const int done_at_join = done;
  for (int i = 0; i < workers; ++i) queue.push(std::nullopt);
  for (auto& thread : threads) thread.join();
  expect(done_at_join == items, "join() returned before all was done");
}

}  // namespace contend::workloads
