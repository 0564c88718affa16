#include "workloads/io/delay_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <asio.hpp>

#include "primitives/event_loop_backend.h"
#include "workloads/execution/pin.h"
#include "workloads/io/delay_protocol.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {
namespace {

using asio::posix::stream_descriptor;

/// One connection: read a request, wait, answer, again. Lives as long as an operation of it is pending, so it
/// ends with the first error, which is the client's going away.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::io_context& loop, Channel channel) : in_(loop, channel.in.release()), timer_(loop) {
    if (channel.out.is_open()) out_.emplace(loop, channel.out.release());
  }

  void read_request() {
    asio::async_read(in_, asio::buffer(request_),
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
    asio::async_write(out_ ? *out_ : in_, asio::buffer(&answer_, sizeof answer_),
                      [self = shared_from_this()](std::error_code error, std::size_t) {
                        if (!error) self->read_request();
                      });
  }

  stream_descriptor in_;
  std::optional<stream_descriptor> out_;  // where one does not carry both directions
  asio::steady_timer timer_;
  DelayRequest::Bytes request_{};
  std::uint64_t answer_ = 0;
};

class Server {
 public:
  Server(const Listener& listener, int lifeline)
      : listener_(listener), arrivals_(loop_, dup(listener.descriptor())), lifeline_(loop_, lifeline) {
    arrivals_.non_blocking(true);
  }

  void run() {
    accept();
    lifeline_.async_read_some(asio::buffer(&unused_, 1),
                              [this](std::error_code, std::size_t) { loop_.stop(); });
    loop_.run();
  }

 private:
  void accept() {
    arrivals_.async_wait(stream_descriptor::wait_read, [this](std::error_code error) {
      if (error) return;
      try {
        std::make_shared<Session>(loop_, listener_.accept())->read_request();
      } catch (const std::system_error& failure) {
        if (failure.code() == std::errc::too_many_files_open) hang_up();
      }
      accept();
    });
  }

  /// On who has connected, and would wait for ever: those that are served keep their descriptors until all have gone.
  void hang_up() {
    if (!has_hung_up_)
      std::fputs("delay server: too many connections for its descriptors; raise ulimit -n\n", stderr);
    has_hung_up_ = true;
    spare_.reset();
    try {
      listener_.accept();
    } catch (const std::system_error&) {
    }
    spare_ = spare_descriptor();
  }

  static FileDescriptor spare_descriptor() { return FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

  asio::io_context loop_{1};
  const Listener& listener_;
  stream_descriptor arrivals_;  // at the listener
  stream_descriptor lifeline_;
  FileDescriptor spare_ = spare_descriptor();
  bool has_hung_up_ = false;
  char unused_ = 0;
};

void allow_all_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

DelayServer::DelayServer(Transport transport, std::optional<int> cpu)
    : DelayServer(Listener(transport), make_pipe(), cpu) {}

DelayServer::DelayServer(const Listener& listener, Pipe lifeline, std::optional<int> cpu)
    : address_((check_event_loop_backend(), listener.address())),
      lifeline_(std::move(lifeline.write_end)),
      process_([&] {
        lifeline_.reset();
        if (cpu) pin_this_thread(*cpu);
        allow_all_descriptors();
        signal(SIGPIPE, SIG_IGN);  // a client that has gone is an error of its session
        Server(listener, lifeline.read_end.release()).run();
      }) {}

}  // namespace contend::workloads
