#pragma once

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>

#include <asio/basic_waitable_timer.hpp>

#include "primitives/async_item.h"
#include "primitives/baton.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

/// The control for I/O: sleeps `delay_us` microseconds and then answers as a delay server does, without a
/// descriptor, a peer or a byte moved. What an executor gains here and not over TCP is the kernel's price of
/// I/O.
inline std::uint64_t timer_wait(std::uint64_t id, std::uint32_t delay_us) {
  using namespace std::chrono;
  const auto until = steady_clock::now().time_since_epoch() + microseconds(delay_us);
  const auto whole = floor<seconds>(until);
  const timespec when{.tv_sec = whole.count(), .tv_nsec = nanoseconds(until - whole).count()};
  // An absolute time, so that a signal does not make the wait longer.
  blocking([&when] {
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr) == EINTR) {
    }
  });
  return item_checksum(id);
}

/// The same, suspended.
inline Awaitable<std::uint64_t> async_timer_wait(LoopExecutor loop, std::uint64_t id,
                                                 std::uint32_t delay_us) {
  using Clock = std::chrono::steady_clock;
  using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, LoopExecutor>;
  Timer timer(loop, std::chrono::microseconds(delay_us));
  co_await timer.async_wait(use_awaitable);
  co_return item_checksum(id);
}

}  // namespace contend::workloads
