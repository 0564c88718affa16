#include "workloads/io/transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "workloads/io/async_delay_client.h"
#include "workloads/io/delay_client.h"
#include "workloads/io/delay_server.h"
#include "workloads/io/item_checksum.h"
#include "workloads/testing/unused_port.h"

namespace contend::testing {
namespace {

using ::testing::HasSubstr;
using workloads::Address;
using workloads::Channel;
using workloads::DelayClient;
using workloads::DelayServer;
using workloads::item_checksum;
using workloads::Listener;
using workloads::Transport;

class EveryTransport : public ::testing::TestWithParam<Transport> {};

TEST_P(EveryTransport, CarriesBothDirections) {
  const Listener listener(GetParam());
  const Channel client = listener.address().connect();
  const Channel server = listener.accept();
  char byte = 'a';
  ASSERT_EQ(write(client.writable().get(), &byte, 1), 1);
  ASSERT_EQ(read(server.in.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'a');
  byte = 'b';
  ASSERT_EQ(write(server.writable().get(), &byte, 1), 1);
  ASSERT_EQ(read(client.in.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'b');
}

TEST_P(EveryTransport, TheEndOfThePeerIsTheEndOfFileAndAnErrorNoSignal) {
  const Listener listener(GetParam());
  const Channel client = listener.address().connect();
  listener.accept();
  char byte = 0;
  EXPECT_EQ(read(client.in.get(), &byte, 1), 0);
  while (write(client.writable().get(), &byte, 1) == 1) {
  }
  EXPECT_TRUE(errno == EPIPE || errno == ECONNRESET) << errno;
}

TEST_P(EveryTransport, NamesAnAddressAtWhichNobodyListens) {
  const UnusedPort unused;
  const Address nobody =
      GetParam() == Transport::tcp ? Address{.port = unused.number()} : Listener(GetParam()).address();
  try {
    nobody.connect();
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), HasSubstr(nobody.text()));
  }
}

TEST_P(EveryTransport, ManyThreadsShareADelayServer) {
  const DelayServer server(GetParam());
  const DelayClient request(server.address());
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t id = thread; id < 100; id += 8) wrong += request(id, 100) != item_checksum(id);
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(All, EveryTransport,
                         ::testing::Values(Transport::tcp, Transport::unix_socket, Transport::pipe));

}  // namespace
}  // namespace contend::testing
