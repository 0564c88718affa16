#include "workloads/io/transport.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "workloads/io/loopback.h"

namespace contend::workloads {
namespace {

FileDescriptor unix_socket() {
  return FileDescriptor(checked(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "making a Unix socket"));
}

/// Listens on a name that the kernel chooses.
FileDescriptor listen_on_a_name() {
  FileDescriptor listener = unix_socket();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  checked(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address.sun_family),
          "binding a Unix socket");
  checked(listen(listener.get(), SOMAXCONN), "listening on a Unix socket");
  return listener;
}

/// Without the zero that begins a name that is not in the file system.
std::string name_of(const FileDescriptor& socket) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  checked(getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size),
          "asking a Unix socket's name");
  return {address.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1};
}

FileDescriptor connect_to_name(std::string_view name) {
  FileDescriptor connection = unix_socket();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(name, address.sun_path + 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  checked(connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), size), "connecting");
  return connection;
}

using Ends = std::array<int, 2>;

/// One byte that has two descriptors with it.
class Parcel {
 public:
  Parcel() {
    message_.msg_iov = &part_;
    message_.msg_iovlen = 1;
    message_.msg_control = control_.data();
    message_.msg_controllen = control_.size();
  }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;

  void send(const FileDescriptor& socket, const Ends& ends) {
    cmsghdr* header = CMSG_FIRSTHDR(&message_);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof ends);
    std::memcpy(CMSG_DATA(header), ends.data(), sizeof ends);
    checked(static_cast<int>(sendmsg(socket.get(), &message_, MSG_NOSIGNAL)), "sending the ends of pipes");
  }

  Channel receive(const FileDescriptor& socket) {
    const auto got = recvmsg(socket.get(), &message_, MSG_CMSG_CLOEXEC);
    const cmsghdr* header = CMSG_FIRSTHDR(&message_);
    if (got == 1 && (message_.msg_flags & MSG_CTRUNC) != 0) fail_for_want_of_descriptors(header);
    if (got != 1 || header == nullptr || header->cmsg_type != SCM_RIGHTS) {
      throw std::system_error(got < 0 ? errno : ECONNABORTED, std::system_category(),
                              "receiving the ends of pipes");
    }
    Ends ends;
    std::memcpy(ends.data(), CMSG_DATA(header), sizeof ends);
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  }

 private:
  /// There is at most one of the two.
  [[noreturn]] static void fail_for_want_of_descriptors(const cmsghdr* header) {
    FileDescriptor first;
    if (header != nullptr && header->cmsg_len >= CMSG_LEN(sizeof(int))) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header), sizeof number);
      first = FileDescriptor(number);
    }
    throw std::system_error(EMFILE, std::system_category(), "receiving the ends of pipes");
  }

  char byte_ = 0;
  iovec part_{.iov_base = &byte_, .iov_len = 1};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(Ends))> control_{};
  msghdr message_{};
};

/// Makes two pipes and sends the peer its ends of them.
Channel pipes_to(const std::string& name) {
  const FileDescriptor meeting = connect_to_name(name);
  Pipe there = make_pipe();
  Pipe back = make_pipe();
  Parcel().send(meeting, {there.read_end.get(), back.write_end.get()});
  return {std::move(back.read_end), std::move(there.write_end)};
}

FileDescriptor tcp_to(std::uint16_t port) {
  FileDescriptor socket = connect_on_loopback(port);
  forget_at_close(socket);
  return socket;
}

void ignore_broken_pipes() {
  struct sigaction now {};
  if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
}

}  // namespace

std::string Address::text() const {
  switch (transport) {
    case Transport::tcp:
      return "127.0.0.1:" + std::to_string(port);
    case Transport::unix_socket:
      return "the Unix socket @" + name;
    case Transport::pipe:
      break;
  }
  return "the pipes of @" + name;
}

Channel Address::connect() const {
  [[maybe_unused]] static const bool ignored = (ignore_broken_pipes(), true);
  try {
    switch (transport) {
      case Transport::tcp:
        return {tcp_to(port), {}};
      case Transport::unix_socket:
        return {connect_to_name(name), {}};
      case Transport::pipe:
        break;
    }
    return pipes_to(name);
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), text() + ": " + error.what());
  }
}

Listener::Listener(Transport transport)
    : socket_(transport == Transport::tcp ? listen_on_loopback() : listen_on_a_name()) {
  address_.transport = transport;
  if (transport == Transport::tcp) {
    address_.port = port_of(socket_);
  } else {
    address_.name = name_of(socket_);
  }
}

Channel Listener::accept() const {
  if (address_.transport == Transport::tcp) return {accept_from(socket_), {}};
  FileDescriptor peer(
      checked(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC), "accepting a connection"));
  if (address_.transport == Transport::unix_socket) return {std::move(peer), {}};
  return Parcel().receive(peer);
}

}  // namespace contend::workloads
