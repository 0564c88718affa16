#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// What one operation of an object costs where nobody else wants it.
struct Operation {
  std::string name;
  unsigned times;  // in one go
  /// Makes the object, and what does the operation so many times.
  std::function<std::function<void(unsigned times)>()> prepare;
};

template <class Object, class... Args>
auto operation_on(void (*once)(Object&), Args... args) {
  return [once, args...]() -> std::function<void(unsigned)> {
    auto object = std::make_shared<Object>(args...);
    return [object, once](unsigned times) {
      for (unsigned i = 0; i < times; ++i) once(*object);
    };
  };
}

template <class L>
void enter_and_leave(L& lock) {
  const std::scoped_lock guard(lock);
}

template <class Q>
void push_and_pop(Q& queue) {
  queue.push(1);
  expect(queue.pop() == 1, "another item came back");
}

template <class Kit>
struct WithLock {
  typename Kit::Lock lock{};
  typename Kit::template Condition<typename Kit::Lock> changed{lock};
};

/// A batch of one item, since a ProcessPool has no other form.
template <class Kit>
std::function<void(unsigned)> ask_process_pool() {
  auto pool = std::make_shared<typename Kit::ProcessPool>([](std::uint64_t id) { return id; }, 1U);
  return [pool](unsigned times) {
    const std::uint64_t id = 7;
    for (unsigned i = 0; i < times; ++i) {
      std::uint64_t result = 0;
      pool->run({&id, 1}, {&result, 1});
      expect(result == id, "another result came back");
    }
  };
}

/// The same names, and the same operations, as in python/operations.py.
template <class Kit>
std::vector<Operation> operations() {
  using Queue = typename Kit::template Queue<int>;
  using LifoQueue = typename Kit::template LifoQueue<int>;
  using PriorityQueue = typename Kit::template PriorityQueue<int>;
  const auto semaphore = +[](typename Kit::Semaphore& one) {
    one.acquire();
    one.release();
  };
  const auto event = +[](typename Kit::Event& one) {
    one.set();
    one.wait();
    one.clear();
  };
  const auto condition = +[](WithLock<Kit>& one) {
    const std::scoped_lock guard(one.lock);
    one.changed.notify_one();
  };
  const auto thread = +[](int&) { run_threads<Kit>(1, [] {}); };
  const auto task = +[](typename Kit::Pool& pool) { pool.submit([] { return 0; }).get(); };
  return {{"lock", 1'000, operation_on<typename Kit::Lock>(enter_and_leave)},
          {"rlock", 1'000, operation_on<typename Kit::RLock>(enter_and_leave)},
          {"semaphore", 1'000, operation_on<typename Kit::Semaphore>(semaphore, 1)},
          {"event", 1'000, operation_on<typename Kit::Event>(event)},
          {"condition", 1'000, operation_on<WithLock<Kit>>(condition)},
          {"barrier", 1'000,
           operation_on<typename Kit::Barrier>(
               +[](typename Kit::Barrier& one) { one.wait(); }, 1)},
          {"queue", 1'000, operation_on<Queue>(push_and_pop<Queue>)},
          {"lifo_queue", 1'000, operation_on<LifoQueue>(push_and_pop<LifoQueue>)},
          {"priority_queue", 1'000, operation_on<PriorityQueue>(push_and_pop<PriorityQueue>)},
          {"thread", 10, operation_on<int>(thread)},
          {"pool_task", 20, operation_on<typename Kit::Pool>(task, 1U)},
          {"process_pool_task", 20, ask_process_pool<Kit>}};
}

}  // namespace contend::workloads
