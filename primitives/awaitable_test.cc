#include "primitives/awaitable.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <asio/basic_waitable_timer.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "primitives/internal/child_process.h"

namespace contend::testing {
namespace {

using Clock = std::chrono::steady_clock;
using Loop = asio::io_context::executor_type;
using LoopTimer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Loop>;

Awaitable<int> at_once(int value) { co_return value; }

Awaitable<int> later(asio::io_context& context, int value) {
  co_await asio::post(context, use_awaitable);
  co_return value;
}

Awaitable<int> failing(asio::io_context& context, bool suspends) {
  if (suspends) co_await asio::post(context, use_awaitable);
  throw std::runtime_error("as planned");
}

/// Awaits it in the loop, and gives back what came of it.
template <class T>
T result_of(asio::io_context& context, Awaitable<T> awaited) {
  std::unique_ptr<T> result;
  std::exception_ptr error;
  const auto keep = [](Awaitable<T>& one, std::unique_ptr<T>& value, std::exception_ptr& thrown) -> Detached {
    try {
      value = std::make_unique<T>(co_await one);
    } catch (...) {
      thrown = std::current_exception();
    }
  };
  keep(awaited, result, error);
  context.restart();
  context.run();
  if (error) std::rethrow_exception(error);
  return std::move(*result);
}

TEST(Awaitable, GivesItsValueWhetherItSuspendsOrNot) {
  asio::io_context context;
  EXPECT_EQ(result_of(context, at_once(1)), 1);
  EXPECT_EQ(result_of(context, later(context, 2)), 2);
}

TEST(Awaitable, AnExceptionReachesWhoAwaitsIt) {
  asio::io_context context;
  EXPECT_THROW(result_of(context, failing(context, false)), std::runtime_error);
  EXPECT_THROW(result_of(context, failing(context, true)), std::runtime_error);
}

TEST(Awaitable, ValuesThatCannotBeCopiedPassThroughSeveralCoroutines) {
  asio::io_context context;
  const auto inner = [](asio::io_context& loop) -> Awaitable<std::unique_ptr<int>> {
    co_return std::make_unique<int>(co_await later(loop, 3));
  };
  const auto outer = [&inner](asio::io_context& loop) -> Awaitable<std::unique_ptr<int>> {
    co_return co_await inner(loop);
  };
  EXPECT_EQ(*result_of(context, outer(context)), 3);
}

TEST(Awaitable, ThatNobodyAwaitsNeverStarts) {
  bool started = false;
  const auto start = [&started]() -> Awaitable<int> {
    started = true;
    co_return 0;
  };
  static_cast<void>(start());
  EXPECT_FALSE(started);
}

TEST(Awaitable, HundredsOfThousandsThatNeverSuspendNeedNoMoreStack) {
  asio::io_context context;
  const auto sum = []() -> Awaitable<int> {
    int total = 0;
    for (int i = 0; i < 300'000; ++i) total += co_await at_once(1);
    co_return total;
  };
  EXPECT_EQ(result_of(context, sum()), 300'000);
}

TEST(Awaitable, AFailedOperationIsASystemErrorAndASuccessfulOneHasItsValue) {
  asio::io_context context;
  const auto cancelled = [](asio::io_context& loop) -> Awaitable<int> {
    LoopTimer timer(loop.get_executor(), std::chrono::hours(1));
    asio::post(loop, [&timer] { timer.cancel(); });
    co_await timer.async_wait(use_awaitable);
    co_return 0;
  };
  EXPECT_THROW(result_of(context, cancelled(context)), std::system_error);

  const auto initiation = [&context](auto handler, int value) {
    asio::post(context, [handler, value] { handler(std::error_code(), value + 1); });
  };
  const auto counted = [](const auto& start) -> Awaitable<int> {
    co_return co_await asio::async_initiate<const UseAwaitable, void(std::error_code, int)>(start,
                                                                                            use_awaitable, 4);
  };
  EXPECT_EQ(result_of(context, counted(initiation)), 5);
}

TEST(Awaitable, ThousandsInFlightComeBackEachWithItsOwn) {
  asio::io_context context;
  std::vector<int> results(2000);
  const auto keep = [](asio::io_context& loop, int id, int& result) -> Detached {
    LoopTimer timer(loop.get_executor(), std::chrono::microseconds(id % 7 * 100));
    co_await timer.async_wait(use_awaitable);
    result = co_await later(loop, id);
  };
  for (int round = 0; round < 2; ++round) {
    results.assign(results.size(), -1);
    context.restart();
    for (int id = 0; id < 2000; ++id) keep(context, id, results[static_cast<std::size_t>(id)]);
    context.run();
    for (int id = 0; id < 2000; ++id) EXPECT_EQ(results[static_cast<std::size_t>(id)], id);
  }
}

TEST(RecycledMemory, GivesTheSameBlockAgainAndNeverOneThatIsTooSmall) {
  using internal::RecycledMemory;
  void* const small = RecycledMemory::take(100);
  RecycledMemory::give(small, 100);
  void* const larger = RecycledMemory::take(200);
  EXPECT_NE(larger, small);
  EXPECT_EQ(RecycledMemory::take(65), small);  // of the same class: 128 bytes
  RecycledMemory::give(small, 65);
  RecycledMemory::give(larger, 200);
}

TEST(RecycledMemory, ComesAroundWhereOneThreadTakesAndAnotherGivesBack) {
  using internal::RecycledMemory;
  constexpr std::size_t bytes = 900;
  std::set<void*> blocks;
  for (int block = 0; block < 400; ++block) blocks.insert(RecycledMemory::take(bytes));
  std::thread([&blocks] {
    for (void* const block : blocks) RecycledMemory::give(block, bytes);
  }).join();
  std::vector<void*> again(128);
  for (void*& block : again) block = RecycledMemory::take(bytes);
  EXPECT_GE(std::ranges::count_if(again, [&](void* block) { return blocks.contains(block); }), 64);
  for (void* const block : again) RecycledMemory::give(block, bytes);
}

TEST(RecycledMemory, DoesNotKeepAForkedChildWaiting) {
  using internal::RecycledMemory;
  const auto use_depot = [blocks = std::vector<void*>(300)]() mutable {
    for (void*& block : blocks) block = RecycledMemory::take(800);
    for (void* const block : blocks) RecycledMemory::give(block, 800);
  };
  const std::jthread other([use = use_depot](const std::stop_token& stop) mutable {
    while (!stop.stop_requested()) use();
  });
  for (int round = 0; round < 200; ++round) {
    internal::ChildProcess child([use = use_depot]() mutable {
      alarm(20);
      use();
    });
    ASSERT_EQ(child.wait().text(), "exited with status 0");
  }
}

TEST(RecycledMemory, WhatIsTooLargeToKeepIsAllocated) {
  using internal::RecycledMemory;
  constexpr std::size_t bytes = 100'000;
  auto* const memory = static_cast<char*>(RecycledMemory::take(bytes));
  memory[bytes - 1] = 1;
  RecycledMemory::give(memory, bytes);
}

}  // namespace
}  // namespace contend::testing
