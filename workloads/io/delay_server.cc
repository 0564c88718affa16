#include "workloads/io/delay_server.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <utility>

#include <asio.hpp>

#include "workloads/execution/pin.h"
#include "workloads/io/delay_protocol.h"
#include "workloads/io/item_checksum.h"
#include "workloads/io/loopback.h"

namespace contend::workloads {
namespace {

using asio::ip::tcp;

/// One connection: read a request, wait, answer, again. Lives as long as an operation of it is pending, so it
/// ends with the first error, which is the client's going away.
class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {
    std::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  void read_request() {
    asio::async_read(socket_, asio::buffer(request_),
                     [self = shared_from_this()](std::error_code error, std::size_t) {
                       if (!error) self->wait();
                     });
  }

 private:
  void wait() {
    const DelayRequest request = DelayRequest::decode(request_);
    const std::chrono::microseconds delay(request.delay_us);
    if (delay > DelayRequest::longest) return;
    answer_ = item_checksum(request.id);
    timer_.expires_after(delay);
    timer_.async_wait([self = shared_from_this()](std::error_code error) {
      if (!error) self->answer();
    });
  }

  void answer() {
    asio::async_write(socket_, asio::buffer(&answer_, sizeof answer_),
                      [self = shared_from_this()](std::error_code error, std::size_t) {
                        if (!error) self->read_request();
                      });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  DelayRequest::Bytes request_{};
  std::uint64_t answer_ = 0;
};

class Server {
 public:
  Server(int listener, int lifeline)
      : acceptor_(loop_, tcp::v4(), listener), lifeline_(loop_, lifeline), retry_(loop_) {}

  void run() {
    accept();
    lifeline_.async_read_some(asio::buffer(&unused_, 1),
                              [this](std::error_code, std::size_t) { loop_.stop(); });
    loop_.run();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](std::error_code error, tcp::socket socket) {
      if (error) return accept_later();
      std::make_shared<Session>(std::move(socket))->read_request();
      accept();
    });
  }

  /// Out of descriptors, most likely: the connection stays queued until others have gone.
  void accept_later() {
    retry_.expires_after(std::chrono::milliseconds(10));
    retry_.async_wait([this](std::error_code error) {
      if (!error) accept();
    });
  }

  asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  asio::posix::stream_descriptor lifeline_;
  asio::steady_timer retry_;
  char unused_ = 0;
};

void allow_all_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

DelayServer::Pipe DelayServer::make_pipe() {
  int ends[2];
  checked(pipe2(ends, O_CLOEXEC), "making a pipe");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

DelayServer::DelayServer(std::optional<int> cpu) : DelayServer(listen_on_loopback(), make_pipe(), cpu) {}

DelayServer::DelayServer(FileDescriptor listener, Pipe lifeline, std::optional<int> cpu)
    : port_(port_of(listener)), lifeline_(std::move(lifeline.write_end)), process_([&] {
        lifeline_.reset();
        if (cpu) pin_this_thread(*cpu);
        allow_all_descriptors();
        Server(listener.release(), lifeline.read_end.release()).run();
      }) {}

}  // namespace contend::workloads
