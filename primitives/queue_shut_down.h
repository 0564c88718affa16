#pragma once

#include <stdexcept>

namespace contend {

/// The queue takes no more items, or has none left and will get none.
class QueueShutDown : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What becomes of the items in a queue that is shut down: they may still be popped, or are dropped.
enum class ShutdownMode { drain, immediate };

}  // namespace contend
