#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <span>

#include <asio/io_context.hpp>

#include "primitives/awaitable.h"

// Items for event loops, beside the ItemFunction of executors whose workers may block.
namespace contend {

/// An Asio event loop, as its coroutines see it: timers and sockets are built with it. Named, and not Asio's
/// any_io_executor, so that nothing is called through a pointer.
using LoopExecutor = asio::io_context::executor_type;

/// An item as a coroutine. It gives the same result as its ItemFunction, but suspends where that one would
/// block; where it computes, all others of its loop stand still.
using AsyncItem = std::function<Awaitable<std::uint64_t>(std::uint64_t id)>;

/// The items of one loop. What they share (idle connections) needs no lock, because one thread at a time runs the loop.
/// When no item runs, nothing of theirs may be pending.
using AsyncItemFactory = std::function<AsyncItem(const LoopExecutor& loop)>;

/// As Executor, for coroutines: built with the factory and the number of items that may be in flight.
template <class E>
concept AsyncExecutor = std::constructible_from<E, AsyncItemFactory, unsigned> &&
    requires(E& executor, std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
  executor.run(ids, results);
};

}  // namespace contend
