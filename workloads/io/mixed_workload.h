#pragma once

#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "workloads/cpu/integer_chain.h"
#include "workloads/executor_workload.h"
#include "workloads/io/async_delay_client.h"
#include "workloads/io/delay_client.h"
#include "workloads/io/delay_server.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

inline Awaitable<std::uint64_t> async_mixed_item(AsyncDelayClient request, std::uint64_t id,
                                                 std::uint64_t waits, std::uint32_t delay_us,
                                                 std::uint64_t steps) {
  std::uint64_t result = integer_chain(id, steps);
  for (std::uint64_t i = 0; i < waits; ++i) {
    result = integer_chain(co_await request(result, delay_us), steps);
  }
  co_return result;
}

/// Items that wait and compute: `waits` requests over loopback TCP with CPU work before, between and after them.
/// `item_us` is the length of an item that nobody disturbs, `wait_pct` the share of it that is spent waiting.
inline ExecutorWorkload mixed_workload() {
  const auto make = [](const Args& args) {
    const std::uint64_t waits = args.count("waits");
    const double share = args.number("wait_pct") / 100;
    if (waits == 0 || waits > 1000 || !(share >= 0 && share <= 1)) {
      throw std::invalid_argument("a mixed item has 1 to 1000 waits and a wait_pct of 0 to 100");
    }
    const double item_us = static_cast<double>(microseconds_of(args, "item_us").count());
    const auto delay_us =
        static_cast<std::uint32_t>(std::lround(item_us * share / static_cast<double>(waits)));
    const std::chrono::duration<double, std::micro> work(item_us * (1 - share) /
                                                         static_cast<double>(waits + 1));
    const std::uint64_t steps = steps_for(std::chrono::duration_cast<std::chrono::nanoseconds>(work));
    const auto server = std::make_shared<DelayServer>();
    const auto compute = [=](std::uint64_t id, const auto& wait) {
      std::uint64_t result = integer_chain(id, steps);
      for (std::uint64_t i = 0; i < waits; ++i) result = integer_chain(wait(result), steps);
      return result;
    };
    const auto item = [=, request = DelayClient(server->address())](std::uint64_t id) {
      return compute(id, [&, keep = server](std::uint64_t what) { return request(what, delay_us); });
    };
    const auto async_items = [=](const LoopExecutor& loop) {
      return [=, keep = server, request = AsyncDelayClient(loop, server->address())](std::uint64_t id) {
        return async_mixed_item(request, id, waits, delay_us, steps);
      };
    };
    const auto oracle = [=](std::uint64_t id) { return compute(id, item_checksum); };
    return ItemSet{.item = item, .oracle = oracle, .servers = {server->pid()}, .async_items = async_items};
  };
  const auto batch_size = [](const Args& args, std::chrono::nanoseconds round, unsigned workers) {
    return items_in_a_quarter(round, microseconds_of(args, "item_us"), workers, 64);
  };
  return {.name = "mixed",
          .args = {{.name = "item_us", .values = {"1000"}},
                   {.name = "waits", .values = {"2"}},
                   {.name = "wait_pct", .values = {"50", "90"}}},
          .make = make,
          .batch_size = batch_size,
          .tier = Tier::full,
          .awaitable = true};
}

}  // namespace contend::workloads
