#pragma once

#include <atomic>
#include <string_view>

#include "primitives/concepts.h"

namespace contend::workloads {

/// A thread from its start to its end, with nothing to do in between. It has no uncontended operation.
struct ThreadKind {
  static constexpr std::string_view lifetime = "thread_lifetime";

  template <RunningThread T>
  static T make() {
    return T(&run);
  }
  template <RunningThread T>
  static bool is_usable(T& thread) {
    thread.join();
    return runs.load() != 0;
  }

 private:
  static void run() { runs.store(1); }

  static inline std::atomic<int> runs{0};
};

}  // namespace contend::workloads
