#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/shared_memory.h"

// What an executor is checked with: batches that tell whether each item was computed once, where, and how it
// failed.
namespace contend::testing {

/// Items whose results are known and whose calls are counted, wherever they are made: the counts are in
/// memory that forked processes share. Must outlive the executor that calls function().
class CountedItems {
 public:
  explicit CountedItems(std::size_t ids) : calls_(ids) {}

  static std::uint64_t expected(std::uint64_t id) { return (id + 1) * 0x9e37'79b9'7f4a'7c15; }

  ItemFunction function() {
    return [this](std::uint64_t id) {
      calls_[id].fetch_add(1);
      return expected(id);
    };
  }

  std::uint32_t calls(std::uint64_t id) const { return calls_[id].load(); }
  std::size_t ids() const { return calls_.size(); }

 private:
  internal::SharedArray<std::atomic<std::uint32_t>> calls_;
};

inline std::vector<std::uint64_t> ids_up_to(std::size_t count) {
  std::vector<std::uint64_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

/// Runs items 0 to count - 1: each is computed exactly once, and its result is in its place.
template <class E>
::testing::AssertionResult runs_each_item_once(E& executor, const CountedItems& items, std::size_t count) {
  std::vector<std::uint32_t> before(count);
  for (std::size_t id = 0; id < count; ++id) before[id] = items.calls(id);
  const std::vector<std::uint64_t> ids = ids_up_to(count);
  std::vector<std::uint64_t> results(count, 0);
  executor.run(ids, results);
  for (std::size_t id = 0; id < count; ++id) {
    if (const std::uint32_t calls = items.calls(id) - before[id]; calls != 1) {
      return ::testing::AssertionFailure() << "item " << id << " was computed " << calls << " times";
    }
    if (results[id] != CountedItems::expected(id)) {
      return ::testing::AssertionFailure() << "item " << id << " has the result " << results[id];
    }
  }
  return ::testing::AssertionSuccess();
}

template <class E>
::testing::AssertionResult runs_each_item_once(std::size_t count, unsigned workers) {
  CountedItems items(count);
  E executor(items.function(), workers);
  return runs_each_item_once(executor, items, count);
}

/// Item 3 and those after it throw; what reaches the caller must be the text of item 3.
template <class E>
::testing::AssertionResult reports_the_first_failure(E& executor) {
  const std::vector<std::uint64_t> ids = ids_up_to(50);
  std::vector<std::uint64_t> results(ids.size());
  try {
    executor.run(ids, results);
  } catch (const std::exception& error) {
    if (std::string(error.what()).find("item three") != std::string::npos)
      return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "the caller got '" << error.what() << "'";
  }
  return ::testing::AssertionFailure() << "no exception reached the caller";
}

inline std::uint64_t fails_from_three_on(std::uint64_t id) {
  if (id == 3) throw std::runtime_error("item three");
  if (id > 3) throw std::runtime_error("a later item");
  return id;
}

/// How many callers are inside at once, at most. For one function in several processes.
class Crowd {
 public:
  ItemFunction function() {
    return [this](std::uint64_t id) {
      const int inside = counts_[0].fetch_add(1) + 1;
      int most = counts_[1].load();
      while (most < inside && !counts_[1].compare_exchange_weak(most, inside)) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      counts_[0].fetch_sub(1);
      return id;
    };
  }
  int most() const { return counts_[1].load(); }

 private:
  internal::SharedArray<std::atomic<int>> counts_{2};
};

}  // namespace contend::testing
