#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "primitives/process_pool_options.h"

namespace contend::internal {

/// The process pool below the type of its results: a result is a word, and as many bytes of shared memory as were
/// asked for.
class ItemProcesses {
 public:
  /// Called in a worker. What it returns and what it writes into the room belong to the item once it has returned; a
  /// room is the item's own until it is collected, and holds at first what an earlier item left there.
  using Compute = std::function<std::uint64_t(std::uint64_t id, std::span<std::byte> room)>;
  /// Called by try_run() for each item that has a result, in no particular order. May throw: the batch ends then, and
  /// the next one begins when the workers are through with it.
  using Collect = std::function<void(std::size_t index, std::uint64_t word, std::span<const std::byte> room)>;

  /// `room`: bytes for the result of each item, at most 1 GiB; 0 where the word is enough. The contract of the rest
  /// is that of BasicProcessPool.
  ItemProcesses(Compute compute, unsigned workers, std::size_t room, ProcessPoolOptions options);
  ~ItemProcesses();

  std::vector<ItemFailure> try_run(std::span<const std::uint64_t> ids, const Collect& collect);

  std::vector<pid_t> worker_pids() const;
  std::uint64_t deaths() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace contend::internal
