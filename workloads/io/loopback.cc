#include "workloads/io/loopback.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <string>

namespace contend::workloads {
namespace {

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

FileDescriptor tcp_socket() {
  return FileDescriptor(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a TCP socket"));
}

void send_at_once(const FileDescriptor& socket) {
  const int on = 1;
  checked(setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setting TCP_NODELAY");
}

}  // namespace

FileDescriptor listen_on_loopback() {
  FileDescriptor listener = tcp_socket();
  const sockaddr_in address = loopback_address(0);
  checked(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "binding a TCP socket to 127.0.0.1");
  checked(listen(listener.get(), SOMAXCONN), "listening on 127.0.0.1");
  return listener;
}

std::uint16_t port_of(const FileDescriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), "asking a socket's port");
  return ntohs(address.sin_port);
}

FileDescriptor connect_on_loopback(std::uint16_t port) {
  FileDescriptor connection = tcp_socket();
  const sockaddr_in address = loopback_address(port);
  checked(connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connecting to 127.0.0.1:" + std::to_string(port));
  send_at_once(connection);
  return connection;
}

void forget_at_close(const FileDescriptor& socket) {
  const linger reset_at_close{.l_onoff = 1, .l_linger = 0};
  checked(setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset_at_close, sizeof reset_at_close),
          "setting SO_LINGER");
}

FileDescriptor accept_from(const FileDescriptor& listener) {
  FileDescriptor connection(
      checked(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting a connection"));
  send_at_once(connection);
  return connection;
}

}  // namespace contend::workloads
