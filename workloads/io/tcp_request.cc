#include "workloads/io/tcp_request.h"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <span>
#include <stdexcept>
#include <string>

#include "primitives/baton.h"
#include "workloads/io/delay_protocol.h"
#include "workloads/io/file_descriptor.h"
#include "workloads/io/loopback.h"

namespace contend::workloads {
namespace {

struct Connection {
  FileDescriptor socket;
  std::uint64_t serial = 0;
  pid_t owner = 0;
};

/// This thread's connection. What was inherited through fork is the parent's: two processes on one connection
/// would read each other's answers.
FileDescriptor& connection_to(std::uint16_t port, std::uint64_t serial) {
  thread_local Connection mine;
  if (!mine.socket.is_open() || mine.serial != serial || mine.owner != getpid()) {
    mine.socket = connect_on_loopback(port);
    mine.serial = serial;
    mine.owner = getpid();
    forget_at_close(mine.socket);
  }
  return mine.socket;
}

void send_all(const FileDescriptor& socket, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        blocking([&] { return send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw std::system_error(errno, std::system_category(), "sending a request");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

std::uint64_t receive_answer(const FileDescriptor& socket) {
  std::uint64_t answer = 0;
  std::span<std::byte> rest = std::as_writable_bytes(std::span(&answer, 1));
  while (!rest.empty()) {
    const ssize_t got = blocking([&] { return recv(socket.get(), rest.data(), rest.size(), 0); });
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::system_category(), "waiting for an answer");
    if (got == 0) throw std::runtime_error("the connection was closed before the answer was whole");
    rest = rest.subspan(static_cast<std::size_t>(got));
  }
  return answer;
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

std::string request_error(std::uint16_t port, std::uint64_t id, const char* what) {
  return "delay server at 127.0.0.1:" + std::to_string(port) + ", item " + std::to_string(id) + ": " + what;
}

TcpRequest::TcpRequest(std::uint16_t port) : port_(port), serial_(next_serial()) {}

std::uint64_t TcpRequest::operator()(std::uint64_t id, std::uint32_t delay_us) const {
  FileDescriptor* socket = nullptr;
  try {
    socket = &connection_to(port_, serial_);
    send_all(*socket, DelayRequest{.id = id, .delay_us = delay_us}.encode());
    return receive_answer(*socket);
  } catch (const std::system_error& error) {
    if (socket != nullptr) socket->reset();
    throw std::system_error(error.code(), request_error(port_, id, error.what()));
  } catch (const std::runtime_error& error) {
    socket->reset();
    throw std::runtime_error(request_error(port_, id, error.what()));
  }
}

}  // namespace contend::workloads
