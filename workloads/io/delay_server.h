#pragma once

#include <sys/types.h>

#include <optional>

#include "workloads/execution/child_process.h"
#include "workloads/io/transport.h"

namespace contend::workloads {

/// The far end of an I/O-bound item: a server in a process of its own that answers each request after the delay
/// that the request names (delay_protocol.h). A connection carries one request at a time.
///
/// Guarantees: an answer is never early; a connection whose request asks for more than DelayRequest::longest
/// is closed without an answer. The server ends with this object, and when the process that made it ends in
/// any way. As many connections as the hard limit of open files allows.
///
/// Cost: one thread, one event loop; what it uses of the CPU is taken from the machine that is measured, so
/// give it a CPU where there is one to spare. Not for: threads that end before the object does
/// (ChildProcess).
class DelayServer {
 public:
  /// Bound to `cpu` if given. Connections are accepted from the moment the constructor returns. Throws std::system_error
  /// also where the kernel refuses what event loops of this build wait by.
  explicit DelayServer(Transport transport = Transport::tcp, std::optional<int> cpu = std::nullopt);

  const Address& address() const { return address_; }
  pid_t pid() const { return process_.pid(); }

 private:
  DelayServer(const Listener& listener, Pipe lifeline, std::optional<int> cpu);

  Address address_;
  /// Open as long as the parent lives; the server reads its end and leaves at the end of file.
  FileDescriptor lifeline_;
  ChildProcess process_;
};

}  // namespace contend::workloads
