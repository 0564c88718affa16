#include "primitives/thread_local.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/event.h"
#include "primitives/testing/threads.h"

/// LeakSanitizer: a value that is made when the thread's destructors are over leaves the thread's table
/// behind, see below.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT: its name
  return "leak:LocalStorage::attach\nleak:__cxa_thread_atexit_impl\n";
}

namespace contend::testing {
namespace {

/// Counts the living. Can't be moved.
class Counted {
 public:
  Counted() { ++living; }
  Counted(const Counted&) = delete;
  ~Counted() { --living; }

  int value = 0;
  inline static std::atomic<int> living{0};
};

TEST(ThreadLocal, EachThreadHasItsOwn) {
  ThreadLocal<int> local([] { return 7; });
  EXPECT_EQ(local.find(), nullptr);
  *local = 1;
  std::thread([&] {
    EXPECT_EQ(local.find(), nullptr);
    EXPECT_EQ(*local, 7);
    *local = 2;
    EXPECT_EQ(local.get(), 2);
  }).join();
  EXPECT_EQ(*local, 1);
  EXPECT_EQ(local.find(), &local.get());
  ThreadLocal<std::string> text;
  text->append("a");
  EXPECT_EQ(*text, "a");
}

TEST(ThreadLocal, EachObjectHasItsOwn) {
  std::deque<ThreadLocal<int>> locals(3'000);
  for (std::size_t i = 0; i < locals.size(); ++i) *locals[i] = static_cast<int>(i);
  std::thread([&] {
    for (auto& local : locals) EXPECT_EQ(*local, 0);
  }).join();
  for (std::size_t i = 0; i < locals.size(); ++i) EXPECT_EQ(*locals[i], static_cast<int>(i));
}

TEST(ThreadLocal, AnObjectInAnothersPlaceStartsAnew) {
  for (int round = 0; round < 100; ++round) {
    std::optional<ThreadLocal<int>> local(std::in_place);
    EXPECT_EQ(local->find(), nullptr);
    EXPECT_EQ(**local, 0);
    **local = round + 1;
  }
}

TEST(ThreadLocal, EndsWithTheThread) {
  ThreadLocal<Counted> local;
  std::thread([&] {
    local->value = 1;
    EXPECT_EQ(Counted::living, 1);
  }).join();
  EXPECT_EQ(Counted::living, 0);
}

TEST(ThreadLocal, EndsWithTheObject) {
  Event made;
  Event gone;
  std::optional<ThreadLocal<Counted>> local(std::in_place);
  std::thread thread([&] {
    (*local)->value = 1;
    made.set();
    gone.wait();
  });
  made.wait();
  (*local)->value = 2;
  EXPECT_EQ(Counted::living, 2);
  local.reset();
  EXPECT_EQ(Counted::living, 0);
  gone.set();
  thread.join();
}

TEST(ThreadLocal, CanBeReset) {
  ThreadLocal<Counted> local;
  local.reset();
  local->value = 1;
  local.reset();
  EXPECT_EQ(Counted::living, 0);
  EXPECT_EQ(local->value, 0);
}

TEST(ThreadLocal, AFactoryThatThrowsIsTriedAgain) {
  bool throws = true;
  ThreadLocal<int> local([&] { return std::exchange(throws, false) ? throw std::runtime_error("no") : 5; });
  EXPECT_THROW(local.get(), std::runtime_error);
  EXPECT_EQ(local.find(), nullptr);
  EXPECT_EQ(*local, 5);
}

TEST(ThreadLocal, AFactoryMayThrowInSomeThreadsAndNotInOthers) {
  std::atomic<int> calls{0};
  ThreadLocal<Counted> local([&] { return ++calls % 2 == 1 ? throw std::runtime_error("no") : Counted(); });
  run_team(8, [&](int) {
    while (local.find() == nullptr) {
      try {
        EXPECT_EQ(local->value, 0);
      } catch (const std::runtime_error&) {
        EXPECT_EQ(local.find(), nullptr);
      }
    }
  });
  EXPECT_EQ(Counted::living, 0);
  EXPECT_GE(calls, 16);
}

TEST(ThreadLocal, ThousandsOfObjectsInSeveralThreadsGoWithTheirThreads) {
  std::deque<ThreadLocal<Counted>> locals(2'000);
  Event all_made;
  std::atomic<int> made{0};
  run_team(3, [&](int) {
    for (auto& local : locals) local->value = 1;
    if (++made == 3) {
      EXPECT_EQ(Counted::living, 6'000);
      all_made.set();
    }
    all_made.wait();
  });
  EXPECT_EQ(Counted::living, 0);
}

TEST(ThreadLocal, ThreadsAndObjectsMayEndAtTheSameTime) {
  for (int round = 0; round < 200; ++round) {
    std::deque<std::optional<ThreadLocal<Counted>>> locals(8);
    for (auto& local : locals) local.emplace();
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        for (auto& local : locals) (*local)->value = 1;
        ++ready;
      });
    }
    while (ready < 3) std::this_thread::yield();
    for (auto& local : locals) local.reset();
    EXPECT_EQ(Counted::living, 0) << "gone when the objects are";
    for (auto& thread : threads) thread.join();
  }
}

/// Uses another ThreadLocal when it is destroyed.
class Chained {
 public:
  explicit Chained(ThreadLocal<Counted>& next) : next_(next) {}
  ~Chained() { next_->value = 1; }

 private:
  ThreadLocal<Counted>& next_;
};

TEST(ThreadLocal, ADestructorAtTheEndOfAThreadMayMakeValues) {
  ThreadLocal<Counted> next;
  ThreadLocal<std::unique_ptr<Chained>> first([&] { return std::make_unique<Chained>(next); });
  std::thread([&] {
    next->value = 1;
    (void)first.get();
  }).join();
  EXPECT_EQ(Counted::living, 0);
}

TEST(ThreadLocal, ValuesMadeByAnOlderThreadLocalsDestructorEndToo) {
  static ThreadLocal<Counted>* used_late = nullptr;
  struct Late {
    ~Late() { (*used_late)->value = 1; }
  };
  ThreadLocal<Counted> local;
  used_late = &local;
  std::thread([&] {
    [[maybe_unused]] thread_local const Late late;  // made before the value, so destroyed after it
    local->value = 1;
  }).join();
  EXPECT_EQ(Counted::living, 0);
}

TEST(ThreadLocal, AValueThatIsMadeTooLateEndsWithTheObject) {
  static ThreadLocal<Counted>* used_last = nullptr;
  pthread_key_t key{};
  ASSERT_EQ(pthread_key_create(&key, [](void*) { (*used_last)->value = 1; }), 0);
  {
    ThreadLocal<Counted> local;
    used_last = &local;
    std::thread([&] { pthread_setspecific(key, &local); }).join();
    EXPECT_LE(Counted::living, 1);
  }
  EXPECT_EQ(Counted::living, 0);
  pthread_key_delete(key);
}

/// Made before main, destroyed after it, and used by a static destructor in between.
ThreadLocal<std::string> global;
struct UsesItAfterMain {
  ~UsesItAfterMain() { global->append("after main"); }
} uses_it_after_main;

TEST(ThreadLocal, MayBeUsedAfterMain) { global->append("in main"); }

}  // namespace
}  // namespace contend::testing
