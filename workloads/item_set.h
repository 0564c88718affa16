#pragma once

#include <sys/types.h>

#include <vector>

#include "primitives/async_item.h"
#include "primitives/concepts.h"

namespace contend::workloads {

/// Items ready to be run, and what is known about them.
struct ItemSet {
  /// Owns what it needs (a server, a file): it is there as long as a copy of the function is.
  ItemFunction item;
  /// The right result for an id, found serially and without waiting.
  ItemFunction oracle;
  /// Processes that serve the items from outside. Their CPU time is not the executor's.
  std::vector<pid_t> servers = {};
  /// The same items for event loops; none where an item does not wait, or cannot but block.
  AsyncItemFactory async_items = {};
  /// How often the item has been done so far, where it leaves a trace by which that can be told.
  ItemFunction times_done = {};
};

}  // namespace contend::workloads
