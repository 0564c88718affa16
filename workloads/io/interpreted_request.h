#pragma once

#include <chrono>
#include <memory>

#include "workloads/cpu/integer_chain.h"
#include "workloads/executor_workload.h"
#include "workloads/io/async_delay_client.h"
#include "workloads/io/delay_client.h"
#include "workloads/io/delay_server.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

inline Awaitable<std::uint64_t> async_interpreted_item(AsyncDelayClient request, std::uint64_t id,
                                                       std::uint32_t delay_us,
                                                       std::chrono::nanoseconds half) {
  interruptible_work(half);
  const std::uint64_t answer = co_await request(id, delay_us);
  interruptible_work(half);
  co_return answer;
}

/// I/O-bound items as an interpreter makes them: a request to the delay server, and `cpu_us` of computing around it. The
/// Python program has the same items with the same results.
inline ExecutorWorkload interpreted_request_workload() {
  const auto make = [](const Args& args) {
    const auto delay_us = static_cast<std::uint32_t>(microseconds_of(args, "delay_us").count());
    const auto half = microseconds_of(args, "cpu_us") / 2;
    const auto server = std::make_shared<DelayServer>();
    const auto item = [server, request = DelayClient(server->address()), delay_us, half](std::uint64_t id) {
      interruptible_work(half);
      const std::uint64_t answer = request(id, delay_us);
      interruptible_work(half);
      return answer;
    };
    const auto async_items = [=](const LoopExecutor& loop) {
      return [=, keep = server, request = AsyncDelayClient(loop, server->address())](std::uint64_t id) {
        return async_interpreted_item(request, id, delay_us, half);
      };
    };
    return ItemSet{
        .item = item, .oracle = item_checksum, .servers = {server->pid()}, .async_items = async_items};
  };
  const auto batch_size = [](const Args& args, std::chrono::nanoseconds round, unsigned workers) {
    return items_in_a_quarter(4 * round, microseconds_of(args, "delay_us"), workers, 8);
  };
  return {.name = "interpreted_request",
          .args = {{.name = "delay_us", .values = {"10000"}}, {.name = "cpu_us", .values = {"50"}}},
          .make = make,
          .batch_size = batch_size,
          .tier = Tier::full,
          .awaitable = true,
          .beside_serial = true};
}

}  // namespace contend::workloads
