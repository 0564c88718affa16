#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A daemon thread that would wait for a minute does not hold up who started it.
template <class Kit>
void daemon_at_exit() {
  struct State {
    typename Kit::Event started;
    typename Kit::Event release;
    std::atomic<bool> over{false};
  };
  const auto state = std::make_shared<State>();
  {
    typename Kit::Thread daemon({.name = "daemon", .daemon = true}, [state] {
      state->started.set();
      state->release.wait_for(std::chrono::minutes(1));
      state->over = true;
    });
    daemon.start();
    expect(state->started.wait_for(std::chrono::seconds(30)), "the daemon did not run");
  }
  expect(!state->over, "the daemon held up its owner");
  state->release.set();
}

}  // namespace contend::workloads
