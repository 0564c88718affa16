#pragma once

#include <cstdint>
#include <string>

#include "workloads/io/channel.h"

// The ways to a server on the same machine.
namespace contend::workloads {

enum class Transport {
  tcp,          // over loopback, without Nagle's delay
  unix_socket,  // a stream, in the abstract name space
  pipe,         // one for each direction
};

/// Where a server listens.
struct Address {
  Transport transport = Transport::tcp;
  std::uint16_t port = 0;  // of tcp
  std::string name = {};   // of the others: the socket that they meet at

  std::string text() const;

  /// Connects. The kernel forgets the connection as soon as it is closed. From the first call on, the process gets an
  /// error and no SIGPIPE where it writes to a peer that has gone, unless it had a handler for it.
  /// Throws std::system_error that names the address.
  Channel connect() const;
};

class Listener {
 public:
  explicit Listener(Transport transport);

  const Address& address() const { return address_; }
  int descriptor() const { return socket_.get(); }

  /// The next peer's channel. Throws std::system_error, also where the peer has gone meanwhile.
  Channel accept() const;

 private:
  FileDescriptor socket_;
  Address address_;
};

}  // namespace contend::workloads
