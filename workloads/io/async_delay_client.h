#pragma once

#include <cstdint>
#include <memory>

#include "primitives/async_item.h"
#include "workloads/io/transport.h"

namespace contend::workloads {

/// DelayClient for the coroutines of one event loop: asks a delay server, and suspends until the answer has come.
///
/// A request takes a connection that idles, or makes one where there is none, and gives it back: there are as many as
/// requests were ever in flight. Copies share them. A request that failed closes its connection.
///
/// Errors: std::system_error that names the server and the item.
class AsyncDelayClient {
 public:
  AsyncDelayClient(const LoopExecutor& loop, Address server);

  /// Sends one request and awaits the answer. `delay_us` is in microseconds.
  Awaitable<std::uint64_t> operator()(std::uint64_t id, std::uint32_t delay_us) const;

 private:
  class Connections;
  static Awaitable<std::uint64_t> ask(std::shared_ptr<Connections> connections, std::uint64_t id,
                                      std::uint32_t delay_us);

  std::shared_ptr<Connections> connections_;
};

}  // namespace contend::workloads
