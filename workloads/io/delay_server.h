#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "workloads/execution/child_process.h"
#include "workloads/io/file_descriptor.h"

namespace contend::workloads {

/// The far end of an I/O-bound item: a loopback TCP server in a process of its own that answers each request
/// after the delay that the request names (delay_protocol.h). A connection carries one request at a time.
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
  /// Bound to `cpu` if given. Connections are accepted from the moment the constructor returns.
  explicit DelayServer(std::optional<int> cpu = std::nullopt);

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_.pid(); }

 private:
  struct Pipe {
    FileDescriptor read_end;
    FileDescriptor write_end;
  };
  static Pipe make_pipe();

  DelayServer(FileDescriptor listener, Pipe lifeline, std::optional<int> cpu);

  std::uint16_t port_;
  /// Open as long as the parent lives; the server reads its end and leaves at the end of file.
  FileDescriptor lifeline_;
  ChildProcess process_;
};

}  // namespace contend::workloads
