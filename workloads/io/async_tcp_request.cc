#include "workloads/io/async_tcp_request.h"

#include <system_error>
#include <utility>
#include <vector>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include "workloads/io/delay_protocol.h"
#include "workloads/io/loopback.h"
#include "workloads/io/tcp_request.h"

namespace contend::workloads {

using Socket = asio::basic_stream_socket<asio::ip::tcp, LoopExecutor>;

class AsyncTcpRequest::Connections {
 public:
  Connections(const LoopExecutor& loop, std::uint16_t port) : loop_(loop), port_(port) {}

  Socket take() {
    if (idle_.empty()) return connected();
    Socket socket = std::move(idle_.back());
    idle_.pop_back();
    return socket;
  }
  void give_back(Socket socket) { idle_.push_back(std::move(socket)); }

  std::uint16_t port() const { return port_; }

 private:
  /// Over loopback a connection is made at once, so nothing is gained by awaiting it.
  Socket connected() const {
    FileDescriptor connection = connect_on_loopback(port_);
    forget_at_close(connection);
    return {loop_, asio::ip::tcp::v4(), connection.release()};
  }

  const LoopExecutor loop_;
  const std::uint16_t port_;
  std::vector<Socket> idle_;
};

AsyncTcpRequest::AsyncTcpRequest(const LoopExecutor& loop, std::uint16_t port)
    : connections_(std::make_shared<Connections>(loop, port)) {}

Awaitable<std::uint64_t> AsyncTcpRequest::operator()(std::uint64_t id, std::uint32_t delay_us) const {
  return ask(connections_, id, delay_us);
}

Awaitable<std::uint64_t> AsyncTcpRequest::ask(std::shared_ptr<Connections> connections, std::uint64_t id,
                                              std::uint32_t delay_us) {
  try {
    Socket socket = connections->take();
    const DelayRequest::Bytes request = DelayRequest{.id = id, .delay_us = delay_us}.encode();
    co_await asio::async_write(socket, asio::buffer(request), use_awaitable);
    std::uint64_t answer = 0;
    co_await asio::async_read(socket, asio::buffer(&answer, sizeof answer), use_awaitable);
    connections->give_back(std::move(socket));
    co_return answer;
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), request_error(connections->port(), id, error.what()));
  }
}

}  // namespace contend::workloads
