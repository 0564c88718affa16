#include "workloads/run_batches.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "workloads/execution/cpu_time.h"
#include "workloads/execution/family.h"

namespace contend::workloads {
namespace {

using Clock = std::chrono::steady_clock;

class CheckedBatch {
 public:
  CheckedBatch(const ItemFunction& oracle, std::size_t size) : ids_(size), expected_(size), results_(size) {
    std::iota(ids_.begin(), ids_.end(), std::uint64_t{0});
    std::ranges::transform(ids_, expected_.begin(), oracle);
  }

  /// Runs the batch once and adds it to `totals`.
  void run(ErasedExecutor& executor, std::span<const pid_t> servers, BatchTotals& totals) {
    std::ranges::transform(expected_, results_.begin(), never_written);
    const ContextSwitches switches = family_switches(servers);
    const auto cpu = family_cpu_time(servers);
    const Clock::time_point start = Clock::now();
    executor.run(ids_, results_);
    totals.wall += Clock::now() - start;
    totals.cpu += family_cpu_time(servers) - cpu;
    totals.switches += family_switches(servers) - switches;
    totals.items += ids_.size();
    ++totals.batches;
    check();
    totals.checksum = static_cast<std::uint32_t>(std::reduce(results_.begin(), results_.end()));
  }

  /// Does the first of the items one after the other; the time that each took.
  std::chrono::duration<double> serial_time(const ItemFunction& item, std::size_t count) const {
    const Clock::time_point start = Clock::now();
    for (const std::uint64_t id : std::span(ids_).first(count)) {
      if (item(id) != expected_[id])
        throw CheckFailed("item " + std::to_string(id) + ", done serially, is wrong");
    }
    return (Clock::now() - start) / static_cast<double>(count);
  }

  /// After so many batches.
  void check_times_done(const ItemFunction& times_done, std::uint64_t batches) const {
    for (const std::uint64_t id : ids_) {
      if (const std::uint64_t times = times_done(id); times != batches) {
        throw CheckFailed("item " + std::to_string(id) + " was done " + std::to_string(times) + " times in " +
                          std::to_string(batches) + " batches");
      }
    }
  }

 private:
  /// Differs from the right result, so that an item that was left out is seen.
  static std::uint64_t never_written(std::uint64_t expected) { return ~expected; }

  void check() const {
    const auto wrong = std::ranges::mismatch(results_, expected_);
    if (wrong.in1 == results_.end()) return;
    const std::string item = "item " + std::to_string(wrong.in1 - results_.begin()) + " of a batch of " +
                             std::to_string(ids_.size());
    if (*wrong.in1 == never_written(*wrong.in2)) throw CheckFailed(item + " has no result: it was left out");
    throw CheckFailed(item + " has a wrong result: " + std::to_string(*wrong.in1) +
                      ", but the serial oracle says " + std::to_string(*wrong.in2));
  }

  std::vector<std::uint64_t> ids_;
  std::vector<std::uint64_t> expected_;
  std::vector<std::uint64_t> results_;
};

constexpr std::size_t fewest_pairs = 3;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// Runs batches beside serial items; how many times as fast they were, in the median.
double speed_up(CheckedBatch& batch, std::size_t serial_items, const ItemSet& items, ErasedExecutor& executor,
                std::chrono::nanoseconds round_time, BatchTotals& totals) {
  std::vector<double> found;
  const Clock::time_point end = Clock::now() + rounds_of_pairs * round_time;
  while (found.size() < fewest_pairs || totals.wall < round_time || Clock::now() < end) {
    const auto serial = batch.serial_time(items.item, serial_items);
    const BatchTotals before = totals;
    batch.run(executor, items.servers, totals);
    const std::chrono::duration<double> wall = totals.wall - before.wall;
    found.push_back(serial / (wall / static_cast<double>(totals.items - before.items)));
  }
  return median(std::move(found));
}

}  // namespace

BatchTotals run_batches(ErasedExecutor& executor, const ItemSet& items, std::size_t batch_size,
                        std::chrono::nanoseconds round_time, std::size_t serial_items) {
  if (batch_size == 0) throw std::invalid_argument("run_batches: a batch needs at least one item");
  CheckedBatch batch(items.oracle, batch_size);
  BatchTotals warm_up;
  batch.run(executor, items.servers, warm_up);
  BatchTotals totals;
  if (serial_items != 0) {
    totals.speed_up = speed_up(batch, serial_items, items, executor, round_time, totals);
    return totals;
  }
  do {
    batch.run(executor, items.servers, totals);
  } while (totals.wall < round_time);
  if (items.times_done) batch.check_times_done(items.times_done, warm_up.batches + totals.batches);
  return totals;
}

}  // namespace contend::workloads
