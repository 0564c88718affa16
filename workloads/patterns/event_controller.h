#pragma once

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// A worker waits for an Event that the controller sets when all is ready.
template <class Kit>
void event_controller() {
  typename Kit::Event ready;
  int config = 0;
  int seen = 0;
  run_threads<Kit>({[&] {
                      ready.wait();
                      seen = config;
                    },
                    [&] {
                      config = 42;
                      ready.set();
                    }});
  expect(seen == 42, "the worker began before all was ready");
}

}  // namespace contend::workloads
