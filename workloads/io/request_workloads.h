#pragma once

#include <memory>
#include <string>

#include "workloads/executor_workload.h"
#include "workloads/io/async_delay_client.h"
#include "workloads/io/delay_client.h"
#include "workloads/io/delay_server.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

/// I/O-bound items: one request to a delay server in its own process, answered after `delay_us` microseconds.
/// The server shares the machine's CPUs with the executor.
inline ExecutorWorkload request_workload(const std::string& name, Transport transport, Tier tier) {
  const auto make = [transport](const Args& args) {
    const auto delay_us = static_cast<std::uint32_t>(microseconds_of(args, "delay_us").count());
    const auto server = std::make_shared<DelayServer>(transport);
    const auto item = [server, request = DelayClient(server->address()), delay_us](std::uint64_t id) {
      return request(id, delay_us);
    };
    const auto async_items = [server, delay_us](const LoopExecutor& loop) {
      return [server, request = AsyncDelayClient(loop, server->address()), delay_us](std::uint64_t id) {
        return request(id, delay_us);
      };
    };
    return ItemSet{
        .item = item, .oracle = item_checksum, .servers = {server->pid()}, .async_items = async_items};
  };
  return {.name = name,
          .args = {{.name = "delay_us", .values = {"1000"}}},
          .make = make,
          .batch_size = delays_in_a_batch,
          .tier = tier,
          .awaitable = true};
}

inline ExecutorWorkload tcp_request_workload() {
  return request_workload("tcp_request", Transport::tcp, Tier::quick);
}
inline ExecutorWorkload unix_request_workload() {
  return request_workload("unix_request", Transport::unix_socket, Tier::full);
}
inline ExecutorWorkload pipe_request_workload() {
  return request_workload("pipe_request", Transport::pipe, Tier::full);
}

}  // namespace contend::workloads
