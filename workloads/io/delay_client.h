#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "workloads/io/transport.h"

namespace contend::workloads {

/// The client side of a delay server: asks, sleeps in the kernel until the answer has come, returns it.
///
/// A thread makes its connection at its first request and keeps it until it ends or asks another server; a
/// forked process makes its own. Any number of threads may share one object, and copies of it. A request that
/// failed closes the connection; the next one makes a new one.
///
/// Errors: std::system_error where the kernel refused something, std::runtime_error where the server closed
/// the connection before its answer was whole; both name the server and the item. What the answer says is not
/// checked here: that is for the caller, who knows the oracle.
class DelayClient {
 public:
  explicit DelayClient(Address server);

  /// Sends one request and waits for the answer. `delay_us` is in microseconds.
  std::uint64_t operator()(std::uint64_t id, std::uint32_t delay_us) const;

 private:
  std::shared_ptr<const Address> server_;
  /// Tells this server from an earlier one at the same address.
  std::uint64_t serial_;
};

/// `what` went wrong with a request, and with which one.
std::string request_error(const Address& server, std::uint64_t id, const char* what);

}  // namespace contend::workloads
