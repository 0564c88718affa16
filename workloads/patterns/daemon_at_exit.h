#pragma once

#include <chrono>
#include <memory>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A daemon thread that would wait for a minute does not hold up who started it.
template <class Kit>
void daemon_at_exit() {
  using Clock = std::chrono::steady_clock;
  const auto release = std::make_shared<typename Kit::Event>();
  const Clock::time_point start = Clock::now();
  {
    typename Kit::Thread daemon({.name = "daemon", .daemon = true},
                                [release] { release->wait_for(std::chrono::minutes(1)); });
    daemon.start();
  }
  expect(Clock::now() - start < std::chrono::seconds(30), "the daemon held up its owner");
  release->set();
}

}  // namespace contend::workloads
