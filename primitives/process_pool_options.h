#pragma once

#include <cstddef>
#include <exception>
#include <string>

namespace contend {

/// What becomes of the item that a worker was at when it died.
enum class OnDeath {
  retry,  // given to another worker: done at least once, perhaps twice or in part before
  fail,   // reported as lost: done at most once
};

struct ProcessPoolOptions {
  OnDeath on_death = OnDeath::retry;
  /// With OnDeath::retry: an item that has brought down this many workers is reported as lost all the same.
  unsigned max_deaths_per_item = 3;
  /// The workers are named NAME-0, NAME-1, ... for the kernel (15 characters).
  std::string name = "worker";
  /// The room for one result of variable length, in bytes; an item whose result is longer fails. Up to 1 GiB. The
  /// longer, the fewer items are given out at once: see the cost of BasicProcessPool.
  std::size_t max_result_bytes = 1 << 20;
};

/// An item without a result: `error` holds a RemoteError or a BrokenWorker.
struct ItemFailure {
  std::size_t index;
  std::exception_ptr error;
};

}  // namespace contend
