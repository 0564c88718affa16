#include "workloads/io/delay_client.h"

#include <unistd.h>

#include <atomic>
#include <span>
#include <stdexcept>
#include <utility>

#include "primitives/baton.h"
#include "workloads/io/delay_protocol.h"

namespace contend::workloads {
namespace {

struct Connection {
  Channel channel;
  std::uint64_t serial = 0;
  pid_t owner = 0;
};

/// This thread's connection. What was inherited through fork is the parent's: two processes on one connection
/// would read each other's answers.
Channel& connection_to(const Address& server, std::uint64_t serial) {
  thread_local Connection mine;
  if (!mine.channel.in.is_open() || mine.serial != serial || mine.owner != getpid()) {
    mine.channel = server.connect();
    mine.serial = serial;
    mine.owner = getpid();
  }
  return mine.channel;
}

void send_all(const FileDescriptor& out, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = blocking([&] { return write(out.get(), bytes.data(), bytes.size()); });
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw std::system_error(errno, std::system_category(), "sending a request");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

std::uint64_t receive_answer(const FileDescriptor& in) {
  std::uint64_t answer = 0;
  std::span<std::byte> rest = std::as_writable_bytes(std::span(&answer, 1));
  while (!rest.empty()) {
    const ssize_t got = blocking([&] { return read(in.get(), rest.data(), rest.size()); });
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

std::string request_error(const Address& server, std::uint64_t id, const char* what) {
  return "delay server at " + server.text() + ", item " + std::to_string(id) + ": " + what;
}

DelayClient::DelayClient(Address server)
    : server_(std::make_shared<const Address>(std::move(server))), serial_(next_serial()) {}

std::uint64_t DelayClient::operator()(std::uint64_t id, std::uint32_t delay_us) const {
  Channel* channel = nullptr;
  try {
    channel = &connection_to(*server_, serial_);
    send_all(channel->writable(), DelayRequest{.id = id, .delay_us = delay_us}.encode());
    return receive_answer(channel->in);
  } catch (const std::system_error& error) {
    if (channel != nullptr) channel->reset();
    throw std::system_error(error.code(), request_error(*server_, id, error.what()));
  } catch (const std::runtime_error& error) {
    channel->reset();
    throw std::runtime_error(request_error(*server_, id, error.what()));
  }
}

}  // namespace contend::workloads
