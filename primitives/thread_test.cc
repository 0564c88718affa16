#include "primitives/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/event.h"
#include "primitives/testing/threads.h"
#include "primitives/testing/time_outs.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;

TEST(Thread, RunsAFunctionWithItsArguments) {
  int sum = 0;
  Thread thread([&](int a, const std::unique_ptr<int>& b, int& out) { out = a + *b; }, 1,
                std::make_unique<int>(2), std::ref(sum));
  EXPECT_FALSE(thread.is_alive());
  EXPECT_EQ(sum, 0);
  thread.start();
  thread.join();
  EXPECT_EQ(sum, 3);
  EXPECT_FALSE(thread.is_alive());
}

TEST(Thread, StartsOnce) {
  Event go;
  Thread thread([&] { go.wait(); });
  thread.start();
  EXPECT_EQ(error_of([&] { thread.start(); }), std::errc::operation_not_permitted);
  go.set();
  thread.join();
  EXPECT_EQ(error_of([&] { thread.start(); }), std::errc::operation_not_permitted);
}

/// While it lives, no thread can be had: none finds room for its stack.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&usual_);
    pthread_attr_t enormous;
    pthread_getattr_default_np(&enormous);
    pthread_attr_setstacksize(&enormous, std::size_t{1} << 46);
    pthread_setattr_default_np(&enormous);
    pthread_attr_destroy(&enormous);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;
  ~NoThreads() {
    pthread_setattr_default_np(&usual_);
    pthread_attr_destroy(&usual_);
  }

 private:
  pthread_attr_t usual_;
};

TEST(Thread, CanBeStartedAgainWhereThereWasNoThreadToBeHad) {
  std::atomic<bool> ran{false};
  Thread thread([&] { ran = true; });
  {
    const NoThreads none;
    EXPECT_NE(error_of([&] { thread.start(); }), std::error_code());
    EXPECT_FALSE(thread.is_alive());
    EXPECT_EQ(thread.native_id(), 0);
    EXPECT_EQ(error_of([&] { thread.join(); }), std::errc::invalid_argument) << "not started";
  }
  thread.start();
  thread.join();
  EXPECT_TRUE(ran);
}

TEST(Thread, JoinsAreTimedAndRepeatable) {
  Event go;
  Thread thread([&] { go.wait(); });
  EXPECT_EQ(error_of([&] { thread.join(); }), std::errc::invalid_argument) << "not started";
  EXPECT_EQ(error_of([&] { thread.try_join_for(1s); }), std::errc::invalid_argument);
  thread.start();
  EXPECT_TRUE(thread.is_alive());
  EXPECT_FALSE(thread.try_join_for(-1h));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(thread.try_join_for(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_FALSE(thread.try_join_until(std::chrono::system_clock::now() + 5ms));
  with_passed_times([&](auto time) { EXPECT_FALSE(thread.try_join_for(time)); },
                    [&](auto time) { EXPECT_FALSE(thread.try_join_until(time)); });
  {
    std::vector<std::jthread> others;
    for (int i = 0; i < 3; ++i) others.emplace_back([&] { thread.join(); });
    for (int i = 0; i < 3; ++i) others.emplace_back([&] { EXPECT_TRUE(thread.try_join_for(1h)); });
    go.set();
  }
  thread.join();
  with_passed_times([&](auto time) { EXPECT_TRUE(thread.try_join_for(time)); },
                    [&](auto time) { EXPECT_TRUE(thread.try_join_until(time)); });
}

TEST(Thread, EnormousTimeOutsDoNotOverflow) {
  using namespace std::chrono;
  auto waits_with = [](auto join) {
    Event go;
    Thread thread([&] { go.wait(); });
    thread.start();
    std::atomic<bool> joined{false};
    std::jthread joiner([&] { joined = join(thread); });
    std::this_thread::sleep_for(5ms);
    EXPECT_FALSE(joined) << "an enormous time-out must wait";
    go.set();
    joiner.join();
    EXPECT_TRUE(joined);
  };
  with_enormous_times(
      [&](auto time) { waits_with([=](Thread& thread) { return thread.try_join_for(time); }); },
      [&](auto time) { waits_with([=](Thread& thread) { return thread.try_join_until(time); }); });
}

TEST(Thread, SignalsInAJoinDoNotEndIt) {
  Event go;
  Thread thread([&] { go.wait(); });
  thread.start();
  std::atomic<bool> joined{false};
  std::jthread joiner([&] {
    thread.join();
    joined = true;
  });
  disturb_with_signals(joiner);
  EXPECT_FALSE(joined);
  go.set();
}

TEST(Thread, DoesNotJoinItself) {
  std::vector<std::error_code> errors;
  Thread thread([&] {
    errors.push_back(error_of([&] { thread.join(); }));
    errors.push_back(error_of([&] { thread.try_join_for(-1s); }));
    errors.push_back(error_of([&] { thread.try_join_until(std::chrono::system_clock::now() + 1h); }));
  });
  thread.start();
  thread.join();
  const auto expected = std::make_error_code(std::errc::resource_deadlock_would_occur);
  EXPECT_EQ(errors, std::vector(3, expected));
}

TEST(Thread, ThreadLocalsAreGoneAfterAJoin) {
  static std::atomic<int> destroyed{0};
  struct Slow {
    ~Slow() {
      std::this_thread::sleep_for(5ms);
      ++destroyed;
    }
  };
  destroyed = 0;
  Thread thread([] { [[maybe_unused]] thread_local const Slow slow; });
  thread.start();
  thread.join();
  EXPECT_EQ(destroyed, 1);
}

TEST(Thread, DestroysFunctionAndArgumentsWhenItIsThrough) {
  const auto witness = std::make_shared<int>(1);
  Thread thread([kept = witness](const std::shared_ptr<int>&) {}, witness);
  EXPECT_EQ(witness.use_count(), 3);
  thread.start();
  thread.join();
  EXPECT_EQ(witness.use_count(), 1);
}

std::string kernel_name(pid_t native_id) {
  std::ifstream file("/proc/self/task/" + std::to_string(native_id) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

TEST(Thread, HasAName) {
  Event go;
  std::string seen_inside;
  Thread thread({.name = "a name of twenty-one"}, [&] {
    go.wait();
    seen_inside = this_thread::name();
  });
  EXPECT_EQ(thread.name(), "a name of twenty-one");
  thread.start();
  EXPECT_EQ(kernel_name(thread.native_id()), "a name of twent");
  thread.set_name("fourteen bytes\xC3\xA9");
  EXPECT_EQ(kernel_name(thread.native_id()), "fourteen bytes") << "half a character must not be left";
  go.set();
  thread.join();
  EXPECT_EQ(seen_inside, thread.name());
  thread.set_name("after the end");
  EXPECT_EQ(thread.name(), "after the end");
  Thread unnamed([] {});
  EXPECT_EQ(unnamed.name().rfind("Thread-", 0), 0U) << unnamed.name();
}

TEST(Thread, HasTheKernelsNumber) {
  pid_t seen_inside = 0;
  Thread thread([&] { seen_inside = this_thread::native_id(); });
  EXPECT_EQ(thread.native_id(), 0);
  thread.start();
  const pid_t native_id = thread.native_id();
  thread.join();
  EXPECT_EQ(native_id, seen_inside);
  EXPECT_EQ(thread.native_id(), seen_inside);
  EXPECT_NE(native_id, gettid());
}

TEST(Thread, AnEscapedExceptionReachesTheHook) {
  std::string where;
  auto previous = set_exception_hook([&](const EscapedException& escaped) {
    where = escaped.where;
    EXPECT_THROW(std::rethrow_exception(escaped.exception), std::runtime_error);
  });
  Thread thread({.name = "loader"}, [] { throw std::runtime_error("no such file"); });
  thread.start();
  thread.join();
  EXPECT_EQ(where, "Thread \"loader\"");
  set_exception_hook(std::move(previous));
}

TEST(Thread, AnEscapedExceptionIsPrintedWithTheThreadsName) {
  ::testing::internal::CaptureStderr();
  Thread thread({.name = "loader"}, [] { throw std::runtime_error("no such file"); });
  thread.start();
  thread.join();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "contend: exception in Thread \"loader\": no such file\n");
}

TEST(Thread, MayEndByPthreadExit) {
  Thread thread([] { pthread_exit(nullptr); });
  thread.start();
  thread.join();
  EXPECT_FALSE(thread.is_alive());
}

TEST(Thread, ADestructorStopsAndJoins) {
  std::atomic<bool> ended{false};
  {
    Thread thread([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
      EXPECT_TRUE(this_thread::stop_token().stop_requested());
      ended = true;
    });
    thread.start();
  }
  EXPECT_TRUE(ended);
  const Thread never_started([] { FAIL() << "ran"; });
}

TEST(Thread, ADaemonOutlivesItsObject) {
  auto go = std::make_shared<Event>();
  auto ended = std::make_shared<Event>();
  {
    Thread thread({.daemon = true}, [go, ended] {
      go->wait();
      EXPECT_TRUE(this_thread::is_daemon());
      ended->set();
    });
    EXPECT_TRUE(thread.daemon());
    thread.start();
  }
  go->set();
  ended->wait();
}

TEST(Thread, MayDestroyItsOwnObject) {
  auto ended = std::make_shared<Event>();
  auto owner = std::make_shared<std::unique_ptr<Thread>>();
  *owner = std::make_unique<Thread>([owner, ended] {
    owner->reset();
    ended->set();
  });
  Thread& thread = **owner;
  thread.start();
  ended->wait();
}

TEST(Thread, Moves) {
  Event go;
  Thread thread([&] { go.wait(); });
  thread.start();
  Thread moved = std::move(thread);
  EXPECT_EQ(error_of([&] { thread.join(); }), std::errc::invalid_argument);  // NOLINT: what is tested
  go.set();
  moved = Thread([] {});
  EXPECT_FALSE(moved.is_alive());
}

TEST(Thread, ManyComeAndGo) {
  std::atomic<int> ran{0};
  for (int round = 0; round < 20; ++round) {
    std::vector<Thread> threads;
    for (int i = 0; i < 16; ++i) threads.emplace_back([&] { ++ran; });
    for (Thread& thread : threads) thread.start();
    for (Thread& thread : threads) thread.join();
  }
  EXPECT_EQ(ran, 320);
}

/// Runs in a process of its own, started anew.
class ThreadAtExit : public ::testing::Test {
 protected:
  ThreadAtExit() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  /// A thread that nobody is left to join.
  template <class F>
  static void start_on_its_own(F function) {
    auto owner = std::make_shared<std::unique_ptr<Thread>>();
    Event let_go;
    *owner = std::make_unique<Thread>([owner, function, &let_go] {
      owner->reset();
      let_go.set();
      function();
    });
    (*owner)->start();
    let_go.wait();
  }
};

TEST_F(ThreadAtExit, WaitsForThreadsButNotForDaemons) {
  EXPECT_EXIT(
      {
        alarm(30);  // rather than hang
        start_on_its_own([] {
          std::this_thread::sleep_for(50ms);
          fputs("came to its end", stderr);
        });
        Thread daemon({.daemon = true}, [] { pause(); });
        daemon.start();
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "came to its end");
}

TEST_F(ThreadAtExit, AThreadMayEndTheProgram) {
  EXPECT_EXIT(
      {
        alarm(30);
        start_on_its_own([] { std::exit(7); });
        pause();
      },
      ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace contend::testing
