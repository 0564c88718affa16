#pragma once

#include <memory>

#include "workloads/executor_workload.h"
#include "workloads/io/async_tcp_request.h"
#include "workloads/io/delay_server.h"
#include "workloads/io/item_checksum.h"
#include "workloads/io/tcp_request.h"

namespace contend::workloads {

/// I/O-bound items: one request over loopback TCP to a delay server in its own process, answered after
/// `delay_us` microseconds. The server shares the machine's CPUs with the executor.
inline ExecutorWorkload tcp_request_workload() {
  const auto make = [](const Args& args) {
    const auto delay_us = static_cast<std::uint32_t>(microseconds_of(args, "delay_us").count());
    const auto server = std::make_shared<DelayServer>();
    const auto item = [server, request = TcpRequest(server->port()), delay_us](std::uint64_t id) {
      return request(id, delay_us);
    };
    const auto async_items = [server, delay_us](const LoopExecutor& loop) {
      return [server, request = AsyncTcpRequest(loop, server->port()), delay_us](std::uint64_t id) {
        return request(id, delay_us);
      };
    };
    return ItemSet{
        .item = item, .oracle = item_checksum, .servers = {server->pid()}, .async_items = async_items};
  };
  return {.name = "tcp_request",
          .args = {{.name = "delay_us", .values = {"1000"}}},
          .make = make,
          .batch_size = delays_in_a_batch,
          .awaitable = true};
}

}  // namespace contend::workloads
