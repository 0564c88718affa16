#include <array>
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <future>
#include <latch>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>

#include "benchmarks/registry.h"
#include "benchmarks/subjects/sync/unique_lock_monitor.h"

namespace contend::benchmarks {
namespace {

template <class ConditionVariable>
using StdMonitor = UniqueLockMonitor<std::unique_lock<std::mutex>, std::adopt_lock_t, ConditionVariable>;

class AtomicFlag {
 public:
  void set() {
    set_.store(1, std::memory_order_release);
    set_.notify_all();
  }
  void wait() { set_.wait(0, std::memory_order_acquire); }
  bool is_set() const { return set_.load(std::memory_order_acquire) != 0; }
  void clear() { set_.store(0, std::memory_order_relaxed); }

 private:
  std::atomic<int> set_{0};
};

/// For one use, so clear() makes another.
class LatchFlag {
 public:
  void set() { latch_->count_down(); }
  void wait() { latch_->wait(); }
  bool is_set() const { return latch_->try_wait(); }
  void clear() { latch_.emplace(1); }

 private:
  std::optional<std::latch> latch_{1};
};

class StdBarrier {
 public:
  explicit StdBarrier(std::ptrdiff_t parties) : barrier_(parties) {}
  void wait() { barrier_.arrive_and_wait(); }

 private:
  std::barrier<> barrier_;
};

class StdOnce {
 public:
  template <class F>
  void call(F function) {
    std::call_once(flag_, function);
  }

 private:
  std::once_flag flag_;
};

struct PlainThreadLocal {
  std::uint64_t& get() {
    static thread_local std::uint64_t value = 0;
    return value;
  }
};

class StdPromiseAndFuture {
 public:
  std::uint64_t hand_over(std::uint64_t value) {
    promise_.set_value(value);
    return future_.get();
  }

 private:
  std::promise<std::uint64_t> promise_;
  std::future<std::uint64_t> future_ = promise_.get_future();
};

class StdThread {
 public:
  explicit StdThread(void (*function)()) : thread_(function) {}
  ~StdThread() {
    if (thread_.joinable()) thread_.join();
  }
  void join() { thread_.join(); }

 private:
  std::thread thread_;
};

const SubjectFile file(SubjectFile::Kind::peer, "std", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  constexpr auto full = workloads::Tier::full;
  registry.semaphore<std::counting_semaphore<>>({.name = "std::counting_semaphore"});
  registry.event<AtomicFlag>({.name = "std::atomic::wait"});
  registry.event<LatchFlag>(
      {.name = "std::latch", .note = "for one use: cleared by making another", .tier = full});
  registry.condition<StdMonitor<std::condition_variable>>({.name = "std::condition_variable"});
  registry.condition<StdMonitor<std::condition_variable_any>>(
      {.name = "std::condition_variable_any", .tier = full});
  registry.barrier<StdBarrier>({.name = "std::barrier"});
  registry.once<StdOnce>({.name = "std::call_once"});
  registry.local<PlainThreadLocal>({.name = "thread_local"});
  registry.future<StdPromiseAndFuture>({.name = "std::future"});
  registry.thread<StdThread>({.name = "std::thread"});
  registry.thread<std::jthread>({.name = "std::jthread"});
});

}  // namespace
}  // namespace contend::benchmarks
