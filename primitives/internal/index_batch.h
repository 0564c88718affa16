#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/first_error.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/spin_wait.h"

namespace contend::internal {

/// What is to be called for each index: a reference to a callable, without its type.
struct IndexBody {
  void* object;
  void (*call)(void* object, std::size_t index);
};

/// The indices below a count, handed out in runs to whoever helps. Lives on the stack of the thread that
/// waits.
class IndexBatch {
 public:
  IndexBatch(std::size_t count, unsigned helpers, IndexBody body)
      : count_(count), helpers_(helpers), body_(body), unfinished_(helpers) {}

  /// One helper's whole part. Nothing of *this may be touched after it.
  void help(const std::exception_ptr& refusal) noexcept {
    if (refusal) {
      refusal_.record(0, refusal);
    } else {
      work_through();
    }
    // After the last one's decrement the batch may be gone; the wake reads nothing behind the address.
    const ThreadPlatform::Word& unfinished = unfinished_;
    if (unfinished_.fetch_sub(1) == 1) ThreadPlatform::wake(unfinished, 1);
  }

  void wait() {
    const auto finished = [this] { return unfinished_.load() == 0; };
    if (!yield_until<ThreadPlatform>(finished)) {
      for (std::uint32_t left = unfinished_.load(); left != 0; left = unfinished_.load()) {
        ThreadPlatform::wait(unfinished_, left);
      }
    }
    error_.rethrow();
    if (next_.load() < count_) refusal_.rethrow();
  }

 private:
  void work_through() noexcept {
    for (std::size_t begin = claim(); begin < count_; begin = claim()) {
      const std::size_t end = begin + run_length(begin);
      for (std::size_t index = begin; index < end; ++index) call(index);
    }
  }

  // Guided self-scheduling (Polychronopoulos and Kuck, 1987): an eighth of each helper's share of what is
  // left.
  std::size_t run_length(std::size_t begin) const {
    return std::max<std::size_t>(1, (count_ - begin) / (8 * std::size_t{helpers_}));
  }

  std::size_t claim() {
    // Relaxed: only tells the indices apart. What the caller did comes with the task, the results go back
    // with unfinished_.
    std::size_t begin = next_.load(std::memory_order_relaxed);
    while (begin < count_ &&
           !next_.compare_exchange_weak(begin, begin + run_length(begin), std::memory_order_relaxed)) {
    }
    return begin;
  }

  void call(std::size_t index) noexcept {
    if (error_.precedes(index)) return;
    try {
      body_.call(body_.object, index);
    } catch (...) {
      error_.record(index, std::current_exception());
    }
  }

  const std::size_t count_;
  const unsigned helpers_;
  const IndexBody body_;
  FirstError error_;
  FirstError refusal_;
  alignas(cache_line_size) std::atomic<std::size_t> next_{0};
  alignas(cache_line_size) ThreadPlatform::Word unfinished_;
};

}  // namespace contend::internal
