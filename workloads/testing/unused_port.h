#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "workloads/io/loopback.h"

namespace contend::testing {

/// A port on 127.0.0.1 at which nobody listens, and which nobody else is given while the object lives.
class UnusedPort {
 public:
  UnusedPort()
      : socket_(workloads::checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a TCP socket")) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    workloads::checked(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
                       "binding a TCP socket to 127.0.0.1");
  }

  std::uint16_t number() const { return port_of(socket_); }

 private:
  workloads::FileDescriptor socket_;
};

}  // namespace contend::testing
