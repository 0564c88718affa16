#include "workloads/io/async_delay_client.h"

#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <asio/buffer.hpp>
#include <asio/posix/basic_stream_descriptor.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include "workloads/io/delay_client.h"
#include "workloads/io/delay_protocol.h"

namespace contend::workloads {
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<LoopExecutor>;

class Connection {
 public:
  Connection(const LoopExecutor& loop, Channel channel) : in_(loop, channel.in.release()) {
    if (channel.out.is_open()) out_.emplace(loop, channel.out.release());
  }

  Descriptor& in() { return in_; }
  Descriptor& out() { return out_ ? *out_ : in_; }

 private:
  Descriptor in_;
  std::optional<Descriptor> out_;
};

}  // namespace

class AsyncDelayClient::Connections {
 public:
  Connections(const LoopExecutor& loop, Address server) : loop_(loop), server_(std::move(server)) {}

  const Address& server() const { return server_; }

  /// On one machine a connection is made at once, so nothing is gained by awaiting it.
  Connection take() {
    if (idle_.empty()) return {loop_, server_.connect()};
    Connection connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  }
  void give_back(Connection connection) { idle_.push_back(std::move(connection)); }

 private:
  const LoopExecutor loop_;
  const Address server_;
  std::vector<Connection> idle_;
};

AsyncDelayClient::AsyncDelayClient(const LoopExecutor& loop, Address server)
    : connections_(std::make_shared<Connections>(loop, std::move(server))) {}

Awaitable<std::uint64_t> AsyncDelayClient::operator()(std::uint64_t id, std::uint32_t delay_us) const {
  return ask(connections_, id, delay_us);
}

Awaitable<std::uint64_t> AsyncDelayClient::ask(std::shared_ptr<Connections> connections, std::uint64_t id,
                                               std::uint32_t delay_us) {
  try {
    Connection connection = connections->take();
    const DelayRequest::Bytes request = DelayRequest{.id = id, .delay_us = delay_us}.encode();
    co_await asio::async_write(connection.out(), asio::buffer(request), use_awaitable);
    std::uint64_t answer = 0;
    co_await asio::async_read(connection.in(), asio::buffer(&answer, sizeof answer), use_awaitable);
    connections->give_back(std::move(connection));
    co_return answer;
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), request_error(connections->server(), id, error.what()));
  }
}

}  // namespace contend::workloads
