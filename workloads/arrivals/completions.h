#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>

#include "workloads/item_set.h"

namespace contend::workloads {

/// What became of the arrivals of one loop. Each has a number; whoever does its item tells so, once. The items are those
/// of a set, some hundreds of them again and again, so that all results can be checked afterwards.
class Completions {
 public:
  using Notify = std::function<void(std::uint64_t arrival)>;

  /// Room for so many arrivals. `notify` is called by whoever has done one.
  Completions(const ItemSet& items, std::size_t most, Notify notify = {});

  /// The items as a service gets them: called with an arrival's number, they tell here that it is done. They must not
  /// outlive this object.
  const ItemSet& told_items() const { return told_items_; }

  /// Number of arrivals that are done.
  std::uint64_t done() const { return done_; }

  /// Of an arrival that is done, in now_ns().
  std::uint64_t finished_ns(std::uint64_t arrival) const { return entries_[arrival].finished_ns; }

  /// Waits until the first `submitted` arrivals are done. Throws CheckFailed where none was done for as long as
  /// `patience`, where one was done twice or not at all, or has a wrong result; and what an item threw.
  void check(std::uint64_t submitted, std::chrono::nanoseconds patience) const;

 private:
  struct Entry {
    std::atomic<std::uint32_t> times{0};
    std::uint64_t result = 0;
    std::uint64_t finished_ns = 0;
  };

  void tell(std::uint64_t arrival, std::uint64_t result, const std::exception_ptr& error) noexcept;
  static Awaitable<std::uint64_t> await_and_tell(Completions& all, const AsyncItem& item,
                                                 std::uint64_t arrival);
  void wait_for(std::uint64_t submitted, std::chrono::nanoseconds patience) const;

  const ItemSet items_;
  ItemSet told_items_;
  const Notify notify_;
  const std::unique_ptr<Entry[]> entries_;
  std::atomic<std::uint64_t> done_{0};
  mutable std::mutex mutex_;
  std::exception_ptr error_;  // the first; guarded by mutex_
};

}  // namespace contend::workloads
