#include "workloads/io/convoy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "workloads/cpu/integer_chain.h"
#include "workloads/execution/child_process.h"
#include "workloads/execution/shared_memory.h"
#include "workloads/io/file_descriptor.h"

namespace contend::workloads {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t fast_ns = 1'000'000;
constexpr std::uint64_t slow_ns = 2'500'000;
/// A datagram that takes longer is lost.
constexpr timeval patience{.tv_sec = 30, .tv_usec = 0};
/// What an interpreter computes from one call into the kernel to the next: so, with all on one CPU, where every trip has
/// the same two switches, one takes as long as with CPython 3.8 and 3.11.
constexpr std::chrono::microseconds between_calls(1);

FileDescriptor datagram_socket() {
  return FileDescriptor(checked(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "making a UDP socket"));
}

sockaddr_in bound_to_loopback(const FileDescriptor& server) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  checked(bind(server.get(), generic, length), "binding a UDP socket to loopback");
  checked(getsockname(server.get(), generic, &length), "asking for the port of a UDP socket");
  return address;
}

FileDescriptor connected_to(const sockaddr_in& server) {
  FileDescriptor client = datagram_socket();
  checked(connect(client.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server),
          "connecting a UDP socket");
  checked(setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
          "limiting the wait for a datagram");
  return client;
}

void echo(const FileDescriptor& server, Baton* baton, const std::atomic<bool>& stop) {
  const UnderBaton under(baton);
  char message[64];
  sockaddr_in sender{};
  auto* const from = reinterpret_cast<sockaddr*>(&sender);
  while (!stop) {
    socklen_t length = sizeof sender;
    const ssize_t got =
        blocking([&] { return recvfrom(server.get(), message, sizeof message, 0, from, &length); });
    if (got < 0) continue;
    interruptible_work(between_calls);
    blocking([&] { return sendto(server.get(), message, static_cast<std::size_t>(got), 0, from, length); });
    interruptible_work(between_calls);
  }
}

void burn(Baton* baton, const std::atomic<bool>& stop) {
  const UnderBaton under(baton);
  while (!stop) interruptible_work(std::chrono::microseconds(10));
}

ConvoyFigures figures_of(std::vector<std::uint64_t> trips, std::chrono::nanoseconds length) {
  std::ranges::sort(trips);
  const auto at = [&](std::size_t percent) { return trips[trips.size() * percent / 100]; };
  const auto share = [&](auto is_meant) {
    return static_cast<double>(std::ranges::count_if(trips, is_meant)) / static_cast<double>(trips.size());
  };
  return {.trips = trips.size(),
          .length = length,
          .p50_ns = at(50),
          .p90_ns = at(90),
          .p99_ns = at(99),
          .fast_share = share([](std::uint64_t trip) { return trip < fast_ns; }),
          .slow_share = share([](std::uint64_t trip) { return trip >= slow_ns; })};
}

ConvoyFigures ask(const sockaddr_in& server, std::chrono::nanoseconds length) {
  const FileDescriptor client = connected_to(server);
  std::vector<std::uint64_t> trips;
  const Clock::time_point begin = Clock::now();
  Clock::time_point now = begin;
  while (now < begin + length) {
    char message = 'x';
    checked(static_cast<int>(send(client.get(), &message, 1, 0)), "sending a datagram");
    checked(static_cast<int>(recv(client.get(), &message, 1, 0)), "waiting for a datagram");
    interruptible_work(2 * between_calls);  // the client is a program of the same kind, without the lock
    const Clock::time_point before = std::exchange(now, Clock::now());
    trips.push_back(static_cast<std::uint64_t>((now - before).count()));
  }
  return figures_of(std::move(trips), now - begin);
}

}  // namespace

ConvoyFigures run_convoy(Baton* baton, unsigned burners, std::chrono::nanoseconds length) {
  const SharedMemory memory(sizeof(ConvoyFigures));
  auto* const figures = new (memory.data()) ConvoyFigures;
  const FileDescriptor server = datagram_socket();
  const sockaddr_in address = bound_to_loopback(server);
  // Before the threads: a forked process should not come from the middle of them.
  ChildProcess client([&] { *figures = ask(address, length); });
  std::atomic<bool> stop{false};
  std::vector<std::jthread> threads;
  threads.emplace_back([&] { echo(server, baton, stop); });
  for (unsigned i = 0; i < burners; ++i) threads.emplace_back([&] { burn(baton, stop); });
  const bool answered = client.wait();
  stop = true;
  const char last = 'x';  // the echo looks at `stop` when something has come
  send(connected_to(address).get(), &last, 1, 0);
  threads.clear();
  if (!answered) throw std::runtime_error("the client of the echo failed; stderr says why");
  return *figures;
}

}  // namespace contend::workloads
