#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "primitives/future.h"
#include "primitives/internal/deadline.h"
#include "primitives/scope_guard.h"
#include "primitives/thread_pool.h"

namespace contend {

/// ThreadPool::map() with a limit of time, all elements together: f of every element, in the order of the range.
/// Empty: not all were done within `timeout`.
///
///   if (const auto pages = try_map_for(pool, 5s, addresses, load)) show(*pages);
///
/// Not where the time does not matter: map() takes no copies, and a worker many elements at a time.
///
/// Guarantees: never waits for a call of f that takes longer. Calls that have not begun when the time is up never do;
/// those that have run to their end in the pool, which is why each task has a copy of its element and a share of f:
/// what f refers to must be there until then. What is thrown is the exception of the first element that failed; the
/// calls that have not begun never do, then, either. In a worker of the same pool this only waits, as all waits with a
/// limit do, and may wait for what no worker is left to run.
/// Errors: as ThreadPool::submit(). Cost: a task with a future per element.
template <class Rep, class Period, std::ranges::input_range Range, class F>
auto try_map_for(ThreadPool& pool, const std::chrono::duration<Rep, Period>& timeout, Range&& range, F f) {
  using Element = std::ranges::range_value_t<Range>;
  using Result = std::decay_t<std::invoke_result_t<F&, Element&>>;
  using Results = std::optional<std::vector<Result>>;
  const auto end = internal::Deadline::after(timeout).when();
  const auto function = std::make_shared<F>(std::move(f));
  std::vector<Future<Result>> futures;
  // Those that are done are past cancelling.
  const ScopeGuard cancel_the_rest([&] {
    for (const auto& future : futures) future.cancel();
  });
  for (auto&& element : range) {
    auto call = [function, copy = Element(std::forward<decltype(element)>(element))]() mutable -> Result {
      return std::invoke(*function, copy);
    };
    const auto now = std::chrono::steady_clock::now();
    auto future = pool.try_submit_for(std::max(end, now) - now, std::move(call));
    if (!future) return Results();
    futures.push_back(*std::move(future));
  }
  Results results(std::in_place);
  results->reserve(futures.size());
  for (const auto& future : futures) {
    if (!future.wait_until(end)) return Results();
    results->push_back(future.take());
  }
  return results;
}

}  // namespace contend
