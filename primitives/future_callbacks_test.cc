#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "primitives/exception_hook.h"
#include "primitives/future.h"
#include "primitives/future_wait.h"
#include "primitives/thread_pool.h"

// Callbacks that complete futures, which have callbacks themselves.
namespace contend::testing {
namespace {

using namespace std::chrono_literals;

constexpr int many = 100'000;
constexpr int deep = 100;  // there, callbacks are postponed

void with_a_small_stack(const std::function<void()>& body) {
  constexpr std::size_t small = std::size_t{256} << 10;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, small), 0);
  const auto run = [](void* function) -> void* {
    (*static_cast<const std::function<void()>*>(function))();
    return nullptr;
  };
  pthread_t thread{};
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&body)), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

/// The promises of a chain where the callback of each does `pass_on` to the next, which it owns.
template <class PassOn>
struct Chain {
  Chain(int links, PassOn pass_on) : last(first.future()) {
    for (int link = 1; link < links; ++link) {
      Promise<int> before;
      before.future().add_done_callback([pass_on, next = std::make_shared<Promise<int>>(std::move(first))](
                                            const Future<int>& done) { pass_on(done, *next); });
      first = std::move(before);
    }
  }

  Promise<int> first;
  const Future<int> last;
};

TEST(FutureCallbacks, MayFormALongChain) {
  Chain chain(1'000'000,
              [](const Future<int>& done, Promise<int>& next) { next.set_result(done.get() + 1); });
  with_a_small_stack([&] {
    chain.first.set_result(1);
    EXPECT_TRUE(chain.last.done());
  });
  EXPECT_EQ(chain.last.get(), 1'000'000);
}

TEST(FutureCallbacks, MayCancelALongChain) {
  Chain chain(many, [](const auto&, Promise<int>& next) { next.future().cancel(); });
  with_a_small_stack([&] { chain.first.future().cancel(); });
  EXPECT_TRUE(chain.last.cancelled());
}

TEST(FutureCallbacks, MayBreakALongChain) {
  Chain chain(many, [](const auto&, const auto&) {});
  with_a_small_stack([&] { const Promise<int> dropped = std::move(chain.first); });
  EXPECT_THROW((void)chain.last.get(), BrokenPromise);
}

/// Adds a callback, which is called at once, to a future that is done, in a callback below `depth` others.
void nest(int depth, const std::function<void()>& innermost) {
  Promise<void> done;
  done.set_result();
  done.future().add_done_callback([depth, innermost](const auto&) {
    if (depth == 0) return innermost();
    nest(depth - 1, innermost);
  });
}

TEST(FutureCallbacks, MayBeAddedByCallbacksWithoutEnd) {
  bool is_called = false;
  with_a_small_stack([&] { nest(many, [&] { is_called = true; }); });
  EXPECT_TRUE(is_called);
}

/// Notes its name, and completes two futures one after the other, with two callbacks each that do the same.
void grow(const std::string& name, std::size_t height, std::vector<std::string>& calls) {
  calls.push_back(name);
  if (name.size() == height) return;
  for (const char left : {'a', 'c'}) {
    Promise<void> branch;
    for (const char side : {left, static_cast<char>(left + 1)}) {
      branch.future().add_done_callback([=, &calls](const auto&) { grow(name + side, height, calls); });
    }
    branch.set_result();
  }
}

TEST(FutureCallbacks, BeginInTheSameOrderAtEveryDepth) {
  constexpr std::size_t height = 4;
  std::vector<std::string> sorted;
  grow("", height, sorted);
  EXPECT_EQ(sorted.size(), 1 + 4 + 16 + 64 + 256);
  EXPECT_TRUE(std::ranges::is_sorted(sorted));
  for (const int depth : {27, 28, 29, 30, 31, 32, deep}) {
    std::vector<std::string> calls;
    nest(depth, [&] { grow("", height, calls); });
    EXPECT_EQ(calls, sorted) << "below " << depth;
  }
}

TEST(FutureCallbacks, AreCalledBeforeTheNextStepWhereFewNest) {
  bool is_called = false;
  nest(internal::most_nested_callbacks - 2, [&] {
    Promise<void> promise;
    promise.future().add_done_callback([&](const auto&) { is_called = true; });
    promise.set_result();
    EXPECT_TRUE(is_called);
  });
  EXPECT_TRUE(is_called);
}

TEST(FutureCallbacks, ReportExceptionsAlsoWherePostponed) {
  std::atomic<int> reports{0};
  auto previous = set_exception_hook([&](const EscapedException&) { ++reports; });
  bool is_called = false;
  nest(deep, [&] {
    Promise<void> promise;
    promise.future().add_done_callback([](const auto&) { throw 1; });
    promise.future().add_done_callback([&](const auto&) { is_called = true; });
    promise.set_result();
    throw 2;
  });
  EXPECT_EQ(reports, 2);
  EXPECT_TRUE(is_called);
  set_exception_hook(std::move(previous));
}

/// In a deep callback: completes one future, whose callback completes another, and waits for that by `wait`.
void expect_waited(const std::function<bool(const Future<int>&)>& wait) {
  std::optional<bool> has_ended;
  nest(deep, [&] {
    Promise<int> cause;
    Promise<int> effect;
    cause.future().add_done_callback([&](const auto&) { nest(deep, [&] { effect.set_result(1); }); });
    cause.set_result(1);
    has_ended = wait(effect.future());
  });
  EXPECT_EQ(has_ended, true);
}

TEST(FutureCallbacks, MayWaitForWhatThoseDoThatArePostponed) {
  expect_waited([](const auto& future) { return future.get() == 1; });
  expect_waited([](const auto& future) { return future.wait_for(1h); });
  expect_waited([](const auto& future) { return wait_for(std::vector{future}, 1h).not_done.empty(); });
  expect_waited([](const auto& future) { return wait(std::vector{future}).not_done.empty(); });
}

TEST(FutureCallbacks, AreCalledBeforeAWaitingWorkerRunsATask) {
  ThreadPool pool(1);
  const auto body = [&pool] {
    std::latch called(1);
    Promise<void> cause;
    cause.future().add_done_callback([&](const auto&) { called.count_down(); });
    cause.set_result();
    pool.submit([&] { called.wait(); }).get();
  };
  pool.submit([&] { nest(deep, body); }).get();
}

}  // namespace
}  // namespace contend::testing
