#include "workloads/io/delay_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "workloads/execution/child_process.h"
#include "workloads/io/delay_protocol.h"
#include "workloads/io/delay_server.h"
#include "workloads/io/item_checksum.h"
#include "workloads/io/loopback.h"
#include "workloads/testing/unused_port.h"

namespace contend::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using workloads::DelayClient;
using workloads::DelayRequest;
using workloads::DelayServer;
using workloads::FileDescriptor;
using workloads::item_checksum;

/// Serves one connection after the other in a thread, as `serve` does it.
class PlantedServer {
 public:
  using Serve = std::function<void(const FileDescriptor& connection, int number)>;

  explicit PlantedServer(int connections, const Serve& serve)
      : port_(port_of(listener_)), thread_([this, connections, serve] {
          for (int number = 0; number < connections; ++number) serve(accept_from(listener_), number);
        }) {}

  workloads::Address address() const { return {.port = port_}; }

 private:
  FileDescriptor listener_ = workloads::listen_on_loopback();
  std::uint16_t port_;
  std::jthread thread_;
};

std::uint64_t read_id(const FileDescriptor& connection) {
  DelayRequest::Bytes bytes{};
  recv(connection.get(), bytes.data(), bytes.size(), MSG_WAITALL);
  return DelayRequest::decode(bytes).id;
}

std::string message_of(const std::function<void()>& failing) {
  try {
    failing();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no exception";
}

TEST(DelayClient, ManyThreadsShareOneObject) {
  const DelayServer server;
  const DelayClient request(server.address());
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t id = thread; id < 200; id += 8) wrong += request(id, 100) != item_checksum(id);
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(DelayClient, KeepsItsConnection) {
  const PlantedServer server(1, [](const FileDescriptor& connection, int) {
    for (int i = 0; i < 3; ++i) {
      const std::uint64_t answer = read_id(connection) + 100;
      send(connection.get(), &answer, sizeof answer, 0);
    }
  });
  const DelayClient request(server.address());
  for (std::uint64_t id = 0; id < 3; ++id) EXPECT_EQ(request(id, 0), id + 100);
}

TEST(DelayClient, AForkedProcessMakesItsOwnConnection) {
  const DelayServer server;
  const DelayClient request(server.address());
  EXPECT_EQ(request(1, 0), item_checksum(1));
  workloads::ChildProcess child([&] {
    for (std::uint64_t id = 0; id < 50; ++id) {
      if (request(id, 200) != item_checksum(id)) throw std::runtime_error("somebody else's answer");
    }
  });
  for (std::uint64_t id = 100; id < 150; ++id) EXPECT_EQ(request(id, 200), item_checksum(id));
  EXPECT_TRUE(child.wait());
}

TEST(DelayClient, AnAnswerThatBreaksOffIsAnErrorAndTheNextRequestConnectsAnew) {
  const PlantedServer server(2, [](const FileDescriptor& connection, int number) {
    const std::uint64_t answer = read_id(connection);
    send(connection.get(), &answer, number == 0 ? 3 : sizeof answer, 0);
  });
  const DelayClient request(server.address());
  EXPECT_THAT(message_of([&] { request(17, 0); }),
              AllOf(HasSubstr("127.0.0.1:" + std::to_string(server.address().port)), HasSubstr("item 17"),
                    HasSubstr("closed before the answer was whole")));
  EXPECT_EQ(request(18, 0), 18);
}

TEST(DelayClient, AServerThatIsNotThereIsNamed) {
  const UnusedPort unused;
  const DelayClient request({.port = unused.number()});
  EXPECT_THAT(message_of([&] { request(5, 0); }),
              AllOf(HasSubstr(std::to_string(unused.number())), HasSubstr("item 5"), HasSubstr("refused")));
}

TEST(DelayClient, AnEarlierServerOnTheSamePortIsForgotten) {
  const PlantedServer server(2, [](const FileDescriptor& connection, int number) {
    const std::uint64_t answer = read_id(connection) + static_cast<std::uint64_t>(number);
    send(connection.get(), &answer, sizeof answer, 0);
  });
  EXPECT_EQ(DelayClient(server.address())(10, 0), 10);
  EXPECT_EQ(DelayClient(server.address())(10, 0), 11);
}

}  // namespace
}  // namespace contend::testing
