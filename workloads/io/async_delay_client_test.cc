#include "workloads/io/async_delay_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

#include "workloads/io/delay_server.h"
#include "workloads/io/item_checksum.h"
#include "workloads/testing/unused_port.h"

namespace contend::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using workloads::AsyncDelayClient;
using workloads::DelayServer;
using workloads::item_checksum;

Detached keep_answer(const AsyncDelayClient& request, std::uint64_t id, std::uint64_t& answer,
                     std::exception_ptr& error) {
  try {
    answer = co_await request(id, 1000);
  } catch (...) {
    error = std::current_exception();
  }
}

/// What the requests, all in flight at once, answer.
std::vector<std::uint64_t> answers_of(asio::io_context& context, const AsyncDelayClient& request,
                                      std::size_t count) {
  std::vector<std::uint64_t> answers(count);
  std::exception_ptr error;
  context.restart();
  for (std::size_t id = 0; id < count; ++id) keep_answer(request, id, answers[id], error);
  context.run();
  if (error) std::rethrow_exception(error);
  return answers;
}

TEST(AsyncDelayClient, ManyAreInFlightAndConnectionsAreUsedAgain) {
  const DelayServer server;
  asio::io_context context;
  const AsyncDelayClient request(context.get_executor(), server.address());
  for (const std::size_t count : {50, 10, 60}) {
    const std::vector<std::uint64_t> answers = answers_of(context, request, count);
    for (std::size_t id = 0; id < count; ++id) EXPECT_EQ(answers[id], item_checksum(id));
  }
}

TEST(AsyncDelayClient, AServerThatIsNotThereIsNamedAndLaterRequestsConnectAnew) {
  const UnusedPort unused;
  asio::io_context context;
  const AsyncDelayClient request(context.get_executor(), {.port = unused.number()});
  for (int i = 0; i < 2; ++i) {
    try {
      answers_of(context, request, 1);
      FAIL() << "no exception";
    } catch (const std::system_error& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr(std::to_string(unused.number())), HasSubstr("item 0"),
                                      HasSubstr("refused")));
    }
  }
}

}  // namespace
}  // namespace contend::testing
