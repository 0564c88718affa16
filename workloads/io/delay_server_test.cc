#include "workloads/io/delay_server.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <vector>

#include "primitives/event_loop.h"
#include "primitives/testing/refused_call.h"
#include "workloads/io/delay_protocol.h"
#include "workloads/io/item_checksum.h"
#include "workloads/io/loopback.h"
#include "workloads/testing/killed_parent.h"

namespace contend::testing {
namespace {

using workloads::connect_on_loopback;
using workloads::DelayRequest;
using workloads::DelayServer;
using workloads::FileDescriptor;
using workloads::item_checksum;
using Clock = std::chrono::steady_clock;

void send_request(const FileDescriptor& socket, std::uint64_t id, std::uint32_t delay_us) {
  const DelayRequest::Bytes bytes = DelayRequest{.id = id, .delay_us = delay_us}.encode();
  ASSERT_EQ(send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

/// Nothing at the end of file.
std::optional<std::uint64_t> read_answer(const FileDescriptor& socket) {
  std::uint64_t answer = 0;
  const ssize_t size = recv(socket.get(), &answer, sizeof answer, MSG_WAITALL);
  return size == sizeof answer ? std::optional(answer) : std::nullopt;
}

bool allow_descriptors(rlim_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= count;
}

struct Exchange {
  FileDescriptor socket;
  std::uint32_t delay_us = 0;
  Clock::time_point sent = {};
};

/// Reads all answers as they come; returns the exchanges' numbers in that order.
std::vector<std::size_t> order_of_answers(const std::vector<Exchange>& exchanges) {
  std::vector<pollfd> waiting;
  waiting.reserve(exchanges.size());
  for (const Exchange& exchange : exchanges) waiting.push_back({exchange.socket.get(), POLLIN, 0});
  std::vector<std::size_t> order;
  while (order.size() < exchanges.size()) {
    poll(waiting.data(), waiting.size(), -1);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      EXPECT_EQ(read_answer(exchanges[i].socket), item_checksum(i));
      EXPECT_GE(Clock::now() - exchanges[i].sent, std::chrono::microseconds(exchanges[i].delay_us));
      waiting[i].fd = -1;
      order.push_back(i);
    }
  }
  return order;
}

/// Whether answers to requests of no delay come before those of the delay, by their mean ranks.
bool answers_short_delays_first(const DelayServer& server, std::size_t count, std::uint32_t long_delay_us) {
  std::vector<Exchange> exchanges;
  exchanges.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    exchanges.push_back({connect_on_loopback(server.address().port), i % 2 == 0 ? long_delay_us : 0});
  }
  for (std::size_t i = 0; i < count; ++i) {
    exchanges[i].sent = Clock::now();
    send_request(exchanges[i].socket, i, exchanges[i].delay_us);
  }
  double long_ranks = 0;
  double short_ranks = 0;
  const std::vector<std::size_t> order = order_of_answers(exchanges);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    (order[rank] % 2 == 0 ? long_ranks : short_ranks) += static_cast<double>(rank);
  }
  return short_ranks < long_ranks;
}

/// With a longer delay where the machine stalls for as long as that.
TEST(DelayServer, AnswersAThousandAtATimeTheShortDelaysFirst) {
  constexpr std::size_t count = 1000;
  if (!allow_descriptors(count + 50)) GTEST_SKIP() << "the limit of open files is too low; raise ulimit -Hn";
  const DelayServer server;
  EXPECT_TRUE(answers_short_delays_first(server, count, 400'000) ||
              answers_short_delays_first(server, count, 4'000'000) ||
              answers_short_delays_first(server, count, 40'000'000));
}

/// As many connections as one process may have: more than the server, which needs some descriptors for itself.
void connect_too_often() {
  alarm(60);  // ends who waits for ever
  const rlimit few{.rlim_cur = 64, .rlim_max = 64};
  setrlimit(RLIMIT_NOFILE, &few);
  const DelayServer server;
  std::vector<FileDescriptor> sockets;
  try {
    for (;;) sockets.push_back(connect_on_loopback(server.address().port));
  } catch (const std::system_error&) {
  }
  for (std::size_t i = 0; i < sockets.size(); ++i) send_request(sockets[i], i, 0);
  std::size_t answers = 0;
  for (const FileDescriptor& socket : sockets) answers += read_answer(socket) ? 1U : 0U;
  _exit(answers > 0 && answers < sockets.size() ? 0 : 1);
}

TEST(DelayServer, HangsUpOnConnectionsForWhichItHasNoDescriptors) {
  EXPECT_EXIT(connect_too_often(), ::testing::ExitedWithCode(0), "raise ulimit -n");
}

TEST(DelayServer, AConnectionCarriesManyRequests) {
  const DelayServer server;
  const FileDescriptor socket = connect_on_loopback(server.address().port);
  for (std::uint64_t id = 0; id < 100; ++id) {
    send_request(socket, id, 10);
    ASSERT_EQ(read_answer(socket), item_checksum(id));
  }
}

TEST(DelayServer, HangsUpOnADelayThatIsTooLongAndServesOthers) {
  const DelayServer server;
  const FileDescriptor wrong = connect_on_loopback(server.address().port);
  send_request(wrong, 1, 0xffffffff);
  EXPECT_EQ(read_answer(wrong), std::nullopt);
  const FileDescriptor right = connect_on_loopback(server.address().port);
  send_request(right, 2, 0);
  EXPECT_EQ(read_answer(right), item_checksum(2));
}

TEST(DelayServer, OutlivesClientsThatLeaveInTheMiddle) {
  const DelayServer server;
  {
    const FileDescriptor half_a_request = connect_on_loopback(server.address().port);
    ASSERT_EQ(send(half_a_request.get(), "abc", 3, 0), 3);
    const FileDescriptor before_the_answer = connect_on_loopback(server.address().port);
    send_request(before_the_answer, 1, 1000);
  }
  const FileDescriptor socket = connect_on_loopback(server.address().port);
  send_request(socket, 2, 5000);
  EXPECT_EQ(read_answer(socket), item_checksum(2));
}

TEST(DelayServer, EndsWithTheObject) {
  pid_t server = -1;
  {
    const DelayServer ending;
    server = ending.pid();
  }
  EXPECT_EQ(waitpid(server, nullptr, WNOHANG), -1);
}

TEST(DelayServer, DiesWithAKilledParent) {
  EXPECT_TRUE(nothing_outlives([] {
    const DelayServer server;
    pause();
  }));
}

TEST(DelayServer, RunsOnTheCpuItIsGiven) {
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  int last = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) last = cpu;
  }
  const DelayServer server(workloads::Transport::tcp, last);
  const FileDescriptor socket = connect_on_loopback(server.address().port);
  send_request(socket, 1, 0);
  ASSERT_EQ(read_answer(socket), item_checksum(1));
  cpu_set_t used;
  ASSERT_EQ(sched_getaffinity(server.pid(), sizeof used, &used), 0);
  EXPECT_EQ(CPU_COUNT(&used), 1);
  EXPECT_TRUE(CPU_ISSET(last, &used));
}

TEST(DelayServer, AnswersWithoutIoUringOrSaysThatItIsRefused) {
  const auto work = [] {
    try {
      const DelayServer server;
      const FileDescriptor socket = connect_on_loopback(server.address().port);
      send_request(socket, 7, 0);
      return read_answer(socket) == item_checksum(7) ? 0 : 1;
    } catch (const std::system_error& refusal) {
      return event_loop_backend() == "io_uring" && refusal.code().value() == EPERM ? 0 : 1;
    }
  };
  const int code = exit_code_without(SYS_io_uring_setup, EPERM, work);
  if (code == no_seccomp) GTEST_SKIP() << "no seccomp filters here";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace contend::testing
