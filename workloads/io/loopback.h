#pragma once

#include <cstdint>

#include "workloads/io/file_descriptor.h"

namespace contend::workloads {

/// A listening TCP socket on 127.0.0.1, on a port that the kernel chose. Not inherited through exec.
FileDescriptor listen_on_loopback();

/// The local port of a TCP socket.
std::uint16_t port_of(const FileDescriptor& socket);

/// A connection to 127.0.0.1:`port`, without Nagle's delay. Throws std::system_error naming the port.
FileDescriptor connect_on_loopback(std::uint16_t port);

/// Makes the kernel reset the connection when it is closed, and forget it at once. One that is closed in order keeps its
/// port for a minute, and an executor that starts a thread or a process per item would run out of ports.
void forget_at_close(const FileDescriptor& socket);

/// The next connection to a listening socket, without Nagle's delay.
FileDescriptor accept_from(const FileDescriptor& listener);

}  // namespace contend::workloads
