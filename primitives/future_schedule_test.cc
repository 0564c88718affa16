#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "primitives/future.h"
#include "primitives/future_wait.h"
#include "primitives/testing/schedule_scenarios.h"

namespace contend::testing {
namespace {

struct Task {
  std::optional<Promise<int, SimPlatform>> promise{std::in_place};
  Future<int, SimPlatform> future = promise->future();
  int calls = 0;
  bool was_cancelled = false;
};

/// Waiters, a callback and a cancellation meet the thread that gives the result.
Scenario everybody_at_once() {
  auto task = std::make_shared<Task>();
  auto work = [task] { task->promise->run([] { return 7; }); };
  auto get = [task] {
    task->future.wait();
    require(task->future.done(), "a wait ended too soon");
  };
  auto cancel = [task] { task->was_cancelled = task->future.cancel(); };
  auto add = [task] { task->future.add_done_callback([&calls = task->calls](const auto&) { ++calls; }); };
  auto check = [task] {
    require(task->calls == 1, "the callback was not called exactly once");
    require(task->was_cancelled == task->future.cancelled(), "cancel() did not tell the truth");
    require(task->was_cancelled || task->future.get() == 7, "the result is wrong");
  };
  return {.threads = {work, get, get, cancel, add}, .check = check};
}

/// A wait for the first of two that times out, or not, while both get done.
Scenario wait_for_the_first() {
  struct Two {
    Promise<int, SimPlatform> first;
    Promise<int, SimPlatform> second;
  };
  auto two = std::make_shared<Two>();
  const std::vector futures = {two->first.future(), two->second.future()};
  auto await = [futures] {
    require(!wait(futures, ReturnWhen::first_completed).done.empty(), "a wait ended too soon");
  };
  auto hurry = [futures] { (void)wait_for(futures, std::chrono::hours(1)); };
  return {
      .threads = {await, hurry, [two] { two->first.set_result(1); }, [two] { two->second.set_result(2); }}};
}

/// Who has the result drops everything; the thread that gave it must be through with it.
Scenario dropped_at_once() {
  auto task = std::make_shared<std::optional<Task>>(std::in_place);
  auto work = [task] { (*task)->promise->set_result(1); };
  auto get = [task] {
    (void)(*task)->future.get();
    task->reset();
  };
  return {.threads = {work, get}};
}

/// What a pool has beside the future: the result, whose share goes together with it.
struct PooledResult : internal::SharedResult<int, SimPlatform> {
  explicit PooledResult(int& count) : SharedResult(type, 2), destroyed(count) {}
  ~PooledResult() { ++destroyed; }

  void run() {
    if (!begin_result()) return leave();
    result.emplace(7);
    end_result_and_leave();
  }

  void run_and_leave_too_soon() {
    if (!begin_result()) return leave();
    result.emplace(7);
    leave();
    end_result();
  }

  static void destroy(FutureState<SimPlatform>& state) noexcept { delete static_cast<PooledResult*>(&state); }
  static constexpr Type type{.destroy = &destroy, .help = nullptr};

  int& destroyed;
};

struct Pooled {
  int destroyed = 0;
  int calls = 0;
  PooledResult* const pools = new PooledResult(destroyed);
  std::optional<Future<int, SimPlatform>> future = internal::FutureAccess::make<int, SimPlatform>(
      internal::FutureShare<internal::SharedResult<int, SimPlatform>>(pools));
  std::optional<Future<int, SimPlatform>> waiters = future;
};

/// One without a handle, as as_completed() has it.
void add_callback(Pooled& pooled) {
  internal::FutureAccess::shared(*pooled.future).observe([&pooled] { ++pooled.calls; }, false);
}

void cancel_and_add_callback(Pooled& pooled) {
  (void)pooled.future->cancel();
  add_callback(pooled);
}

/// The last handle is dropped, after a wait and a callback or a cancellation, while the pool is about to leave.
Scenario shares_of_a_pool(void (*meddle)(Pooled&), void (PooledResult::*run)()) {
  auto pooled = std::make_shared<Pooled>();
  auto work = [pooled, run] { (pooled->pools->*run)(); };
  auto wait = [pooled] {
    const auto& handle = *pooled->waiters;
    handle.wait();
    require(handle.cancelled() || handle.get() == 7, "the result is wrong");
    pooled->waiters.reset();
  };
  auto drop = [pooled, meddle] {
    meddle(*pooled);
    pooled->future.reset();
  };
  auto check = [pooled] {
    require(pooled->calls == 1, "the callback was not called exactly once");
    require(pooled->destroyed == 1, "the state was not destroyed exactly once");
  };
  return {.threads = {work, wait, drop}, .check = check};
}

TEST(FutureSchedule, EverybodyAtOnce) { expect_held(everybody_at_once); }

TEST(FutureSchedule, WaitsForTheFirst) { expect_held(wait_for_the_first); }

TEST(FutureSchedule, MayBeDroppedAtOnce) { expect_held(dropped_at_once); }

TEST(FutureSchedule, GoesWithTheLastShare) {
  expect_held([] { return shares_of_a_pool(add_callback, &PooledResult::run); });
  expect_held([] { return shares_of_a_pool(cancel_and_add_callback, &PooledResult::run); });
}

TEST(FutureSchedule, FindsAShareThatIsGivenUpTooSoon) {
  expect_found([] { return shares_of_a_pool(add_callback, &PooledResult::run_and_leave_too_soon); });
}

}  // namespace
}  // namespace contend::testing
