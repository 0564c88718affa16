#include "primitives/event_loop.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <asio/basic_waitable_timer.hpp>
#include <asio/post.hpp>

#include "primitives/testing/executor_suite.h"
#include "primitives/testing/refused_call.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, LoopExecutor>;

Awaitable<std::uint64_t> yield_and_call(LoopExecutor loop, const ItemFunction& function, std::uint64_t id) {
  co_await asio::post(loop, use_awaitable);
  co_return function(id);
}

/// A loop in the clothes of an Executor: its items let others go first before they compute.
template <class Loop>
struct Awaiting : Loop {
  Awaiting(ItemFunction function, unsigned workers)
      : Loop(
            [function = std::move(function)](const LoopExecutor& loop) {
              return [loop, function](std::uint64_t id) { return yield_and_call(loop, function, id); };
            },
            workers) {}
};

struct ThreeLoops : EventLoops {
  ThreeLoops(const AsyncItemFactory& items, unsigned in_flight) : EventLoops(items, in_flight, 3) {}
};

using Loops =
    ::testing::Types<Awaiting<EventLoop>, Awaiting<EventLoopPerCpu>, Awaiting<ThreeLoops>, EventLoopWithPool>;
INSTANTIATE_TYPED_TEST_SUITE_P(EventLoops, ExecutorSuite, Loops);

Awaitable<std::uint64_t> sleep_in(LoopExecutor loop, Clock::duration length, std::uint64_t id) {
  Timer timer(loop, length);
  co_await timer.async_wait(use_awaitable);
  co_return id;
}

AsyncItemFactory sleepers(Clock::duration length) {
  return [length](const LoopExecutor& loop) {
    return [loop, length](std::uint64_t id) { return sleep_in(loop, length, id); };
  };
}

Clock::duration time_of(EventLoops& loops, std::size_t items) {
  const std::vector<std::uint64_t> ids = ids_up_to(items);
  std::vector<std::uint64_t> results(items);
  const Clock::time_point start = Clock::now();
  loops.run(ids, results);
  EXPECT_EQ(results, ids);
  return Clock::now() - start;
}

TEST(EventLoop, ManyItemsWaitAtTheSameTime) {
  EventLoop loop(sleepers(50ms), 1000);
  EXPECT_GE(time_of(loop, 1000), 50ms);
  EXPECT_LT(time_of(loop, 1000), 1000 * 50ms / 2);
}

TEST(EventLoop, NoMoreThanItsNumberWaitAtTheSameTime) {
  EventLoop loop(sleepers(2ms), 3);
  EXPECT_GE(time_of(loop, 9), 3 * 2ms);
  EventLoopPerCpu loops(sleepers(2ms), 3);
  EXPECT_GE(time_of(loops, 9), 3 * 2ms);
}

TEST(EventLoop, RunsInTheCallersThread) {
  std::set<std::thread::id> threads;
  Awaiting<EventLoop> loop(
      [&](std::uint64_t id) {
        threads.insert(std::this_thread::get_id());
        return id;
      },
      8);
  std::vector<std::uint64_t> results(20);
  loop.run(ids_up_to(20), results);
  EXPECT_EQ(threads, std::set{std::this_thread::get_id()});
}

TEST(EventLoop, EveryLoopHasItemsOfItsOwn) {
  int made = 0;
  const EventLoops loops(
      [&](const LoopExecutor& loop) {
        ++made;
        return sleepers(0ms)(loop);
      },
      8, 3);
  EXPECT_EQ(made, 3);
}

/// How many descriptors of this process are of that anonymous kind.
int descriptors_of(const std::string& kind) {
  int found = 0;
  std::error_code closed;  // that of the listing itself
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    if (std::filesystem::read_symlink(entry, closed) == "anon_inode:[" + kind + "]") ++found;
  }
  return found;
}

TEST(EventLoop, WaitsByWhatItSaysItDoes) {
  const int polls = descriptors_of("eventpoll");
  const int rings = descriptors_of("io_uring");
  EventLoop loop(sleepers(1ms), 3);
  time_of(loop, 3);
  const bool by_epoll = event_loop_backend() == "epoll";
  EXPECT_EQ(descriptors_of("eventpoll"), polls + (by_epoll ? 1 : 0));
  EXPECT_EQ(descriptors_of("io_uring"), rings + (by_epoll ? 0 : 1));
}

TEST(EventLoop, SaysThatTheSystemHasNoMoreDescriptors) {
  if (event_loop_backend() == "epoll") GTEST_SKIP() << "epoll is set up by the first item that waits";
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_THROW(EventLoop(sleepers(1ms), 3), std::system_error);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/// Whether it does what a kernel without io_uring lets it: all by epoll, else only say so.
template <class Use>
bool copes_without_io_uring(int error, Use use) {
  try {
    use();
    return event_loop_backend() == "epoll";
  } catch (const std::system_error& refusal) {
    return event_loop_backend() == "io_uring" && refusal.code().value() == error &&
           std::string(refusal.what()).starts_with("io_uring: the kernel refuses it");
  }
}

TEST(EventLoop, DoesWithoutIoUringOrSaysThatItIsRefused) {
  const auto run = [](auto&& loop) { time_of(loop, 3); };
  for (const int error : {EPERM, ENOSYS}) {
    const auto work = [&] {
      const bool copes = copes_without_io_uring(error, [&] { run(EventLoop(sleepers(1ms), 3)); }) &&
                         copes_without_io_uring(error, [&] { run(EventLoopPerCpu(sleepers(1ms), 3)); }) &&
                         copes_without_io_uring(error, [] { EventLoopService(sleepers(1ms), 3).submit(1); });
      return copes ? 0 : 1;
    };
    const int code = exit_code_without(SYS_io_uring_setup, error, work);
    if (code == no_seccomp) GTEST_SKIP() << "no seccomp filters here";
    EXPECT_EQ(code, 0) << "with error " << error;
  }
}

TEST(EventLoop, RefusesItemsThatCannotBeAwaited) {
  EXPECT_THROW(EventLoop(AsyncItemFactory(), 1), std::invalid_argument);
  EXPECT_THROW(EventLoops(sleepers(0ms), 1, 0), std::invalid_argument);
}

}  // namespace
}  // namespace contend::testing
