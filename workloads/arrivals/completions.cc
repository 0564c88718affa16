#include "workloads/arrivals/completions.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "workloads/experiment.h"
#include "workloads/worker.h"

namespace contend::workloads {
namespace {

constexpr std::uint64_t distinct_items = 256;

std::uint64_t item_of(std::uint64_t arrival) { return arrival % distinct_items; }

}  // namespace

Completions::Completions(const ItemSet& items, std::size_t most, Notify notify)
    : items_(items), notify_(std::move(notify)), entries_(std::make_unique<Entry[]>(most)) {
  told_items_.item = [this](std::uint64_t arrival) {
    std::uint64_t result = 0;
    std::exception_ptr error;
    try {
      result = items_.item(item_of(arrival));
    } catch (...) {
      error = std::current_exception();
    }
    tell(arrival, result, error);
    return result;
  };
  if (!items_.async_items) return;
  told_items_.async_items = [this](const LoopExecutor& loop) {
    return [this, item = items_.async_items(loop)](std::uint64_t arrival) {
      return await_and_tell(*this, item, arrival);
    };
  };
}

Awaitable<std::uint64_t> Completions::await_and_tell(Completions& all, const AsyncItem& item,
                                                     std::uint64_t arrival) {
  std::uint64_t result = 0;
  std::exception_ptr error;
  try {
    result = co_await item(item_of(arrival));
  } catch (...) {
    error = std::current_exception();
  }
  all.tell(arrival, result, error);
  co_return result;
}

void Completions::tell(std::uint64_t arrival, std::uint64_t result,
                       const std::exception_ptr& error) noexcept {
  if (error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = error;
  }
  Entry& entry = entries_[arrival];
  entry.result = result;
  entry.finished_ns = now_ns();
  ++entry.times;
  ++done_;
  if (notify_) notify_(arrival);
}

void Completions::wait_for(std::uint64_t submitted, std::chrono::nanoseconds patience) const {
  constexpr std::chrono::milliseconds look(1);
  std::uint64_t last = done_;
  for (std::chrono::nanoseconds idle{0}; done_ < submitted; idle += look) {
    if (idle >= patience) {
      throw CheckFailed(std::to_string(submitted - done_) + " of " + std::to_string(submitted) +
                        " items are missing: nothing was done for " +
                        std::to_string(std::chrono::duration<double>(patience).count()) + " s");
    }
    std::this_thread::sleep_for(look);
    if (const std::uint64_t now = done_; now != last) {
      last = now;
      idle = idle.zero();
    }
  }
}

void Completions::check(std::uint64_t submitted, std::chrono::nanoseconds patience) const {
  wait_for(submitted, patience);
  {
    const std::scoped_lock lock(mutex_);
    if (error_) std::rethrow_exception(error_);
  }
  std::vector<std::uint64_t> expected;
  for (std::uint64_t id = 0; id < distinct_items && id < submitted; ++id)
    expected.push_back(items_.oracle(id));
  for (std::uint64_t arrival = 0; arrival < submitted; ++arrival) {
    const Entry& entry = entries_[arrival];
    const std::string name = "arrival " + std::to_string(arrival) + " of " + std::to_string(submitted);
    if (entry.times != 1) throw CheckFailed(name + " was done " + std::to_string(entry.times) + " times");
    if (entry.result != expected[item_of(arrival)]) throw CheckFailed(name + " has a wrong result");
  }
}

}  // namespace contend::workloads
