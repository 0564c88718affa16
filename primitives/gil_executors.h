#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <span>
#include <utility>

#include "primitives/concepts.h"
#include "primitives/executors.h"
#include "primitives/gil.h"
#include "primitives/internal/batch_arguments.h"
#include "primitives/internal/first_error.h"
#include "primitives/thread_pool.h"

// Executors whose threads compute under a model of CPython's interpreter lock, as Python's own would: any workload that
// marks its waits and its checkpoints (baton.h). They share the contract of executors.h.
namespace contend {

/// The interpreters of one process.
class GilDomains {
 public:
  explicit GilDomains(const GilRules& rules) {
    for (std::uint32_t i = 0; i < rules.domains; ++i) gils_.emplace_back(rules);
  }

  /// The lock for the next thread: they go round. Null where threads are free.
  Baton* next() {
    if (gils_.empty()) return nullptr;
    // Relaxed: only spreads the threads.
    return &gils_[next_.fetch_add(1, std::memory_order_relaxed) % gils_.size()];
  }

 private:
  std::deque<Gil> gils_;
  std::atomic<std::size_t> next_{0};
};

/// ThreadPerItem, each thread under the lock from its first instruction to its last: threading.Thread.
template <GilRules rules = python3_gil>
class GilThreads {
 public:
  GilThreads(ItemFunction function, unsigned workers)
      : executor_(
            [this, function = std::move(function)](std::uint64_t id) {
              const UnderBaton under(domains_.next());
              return function(id);
            },
            workers) {}
  GilThreads(const GilThreads&) = delete;
  GilThreads& operator=(const GilThreads&) = delete;

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    executor_.run(ids, results);
  }

 private:
  GilDomains domains_{rules};
  ThreadPerItem executor_;
};

/// A ThreadPool whose workers keep the lock from one item to the next, as those of concurrent.futures do while their
/// queue has work.
template <GilRules rules = python3_gil>
class GilPool {
 public:
  GilPool(ItemFunction function, unsigned workers) : function_(std::move(function)), pool_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    internal::check_batch(ids, results);
    std::atomic<std::size_t> next{0};
    internal::FirstError error;
    pool_.for_each_index(std::min<std::size_t>(pool_.workers(), ids.size()), [&](std::size_t) {
      const UnderBaton under(domains_.next());
      // Relaxed: only tells the items apart; the pool brings the results back.
      for (auto i = next.fetch_add(1, std::memory_order_relaxed); i < ids.size() && !error.precedes(i);
           i = next.fetch_add(1, std::memory_order_relaxed)) {
        try {
          results[i] = function_(ids[i]);
        } catch (...) {
          error.record(i, std::current_exception());
        }
      }
    });
    error.rethrow();
  }

 private:
  ItemFunction function_;
  GilDomains domains_{rules};
  ThreadPool pool_;
};

static_assert(Executor<GilThreads<>>);
static_assert(Executor<GilPool<>>);

}  // namespace contend
