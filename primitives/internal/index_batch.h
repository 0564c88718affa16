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
#include "primitives/internal/task.h"

namespace contend::internal {

/// What is to be called for each index: a reference to a callable, without its type.
struct IndexBody {
  void* object;
  /// For each of [begin, end), until one has failed.
  void (*call)(void* object, std::size_t begin, std::size_t end, FirstError& error);

  template <class Body>
  static IndexBody of(Body& body) {
    return {&body, [](void* callable, std::size_t begin, std::size_t end, FirstError& error) {
              for (std::size_t index = begin; index < end && !error.precedes(index); ++index) {
                try {
                  (*static_cast<Body*>(callable))(index);
                } catch (...) {
                  error.record(index, std::current_exception());
                }
              }
            }};
  }
};

/// The indices below a count, handed out in runs to whoever helps. Each helper is this same task, in the pool's list
/// once for each. Lives as long as one of them has a share in it, because one that comes too late to find an index is
/// not waited for; but it does not touch the body then.
class IndexBatch final : public Task {
 public:
  /// The share of who waits. `together` are at it at a time, `helpers` of them in the pool.
  static TaskPtr make(std::size_t count, unsigned together, unsigned helpers, IndexBody body) {
    return TaskPtr(new IndexBatch(count, together, helpers, body));
  }
  static IndexBatch& of(const TaskPtr& share) { return static_cast<IndexBatch&>(*share); }

  TaskPtr helper() {
    shares_.fetch_add(1, std::memory_order_relaxed);  // relaxed: as any counter of references
    return TaskPtr(this);
  }

  void run() noexcept override {
    helpers_.fetch_add(one_active - one_to_come);
    work_through();
    leave(one_active);
  }

  void refuse(const std::exception_ptr& refusal) noexcept override {
    refusal_.record(0, refusal);
    leave(one_to_come);
  }

  void drop() noexcept override {
    // Release pairs with the acquire of whoever is last.
    if (shares_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  /// For the thread that waits.
  void work_through() noexcept {
    for (std::size_t begin = claim(); begin < count_; begin = claim()) {
      body_.call(body_.object, begin, begin + run_length(begin), error_);
    }
  }

  void wait() {
    if (!yield_until<ThreadPlatform>([this] { return is_over(); })) {
      for (;;) {
        const std::uint32_t helpers = helpers_.load();
        if (is_over()) break;
        ThreadPlatform::wait(helpers_, helpers);
      }
    }
    error_.rethrow();
    if (next_.load() < count_) refusal_.rethrow();
  }

 private:
  // helpers_ are those at work, and above them those who have not come yet.
  static constexpr std::uint32_t one_active = 1;
  static constexpr std::uint32_t one_to_come = 1U << 16;

  IndexBatch(std::size_t count, unsigned together, unsigned helpers, IndexBody body)
      : count_(count), together_(together), body_(body), helpers_(helpers * one_to_come) {}
  ~IndexBatch() = default;

  /// All indices are done, or will never be: nobody is at work, nor is there work for those who may still come.
  bool is_over() const {
    // In this order: who has claimed one is among the helpers until it is done.
    const bool all_claimed = next_.load() >= count_;
    const std::uint32_t helpers = helpers_.load();
    return helpers == 0 || (all_claimed && helpers % one_to_come == 0);
  }

  void leave(std::uint32_t one) noexcept {
    helpers_.fetch_sub(one);
    if (is_over()) ThreadPlatform::wake(helpers_, 1);
    drop();
  }

  // Guided self-scheduling (Polychronopoulos and Kuck, 1987): an eighth of each one's share of what is left.
  std::size_t run_length(std::size_t begin) const {
    return std::max<std::size_t>(1, (count_ - begin) / (8 * std::size_t{together_}));
  }

  std::size_t claim() {
    std::size_t begin = next_.load();
    while (begin < count_ && !next_.compare_exchange_weak(begin, begin + run_length(begin))) {
    }
    return begin;
  }

  const std::size_t count_;
  const unsigned together_;
  const IndexBody body_;
  FirstError error_;
  FirstError refusal_;
  std::atomic<unsigned> shares_{1};
  alignas(cache_line_size) std::atomic<std::size_t> next_{0};
  alignas(cache_line_size) ThreadPlatform::Word helpers_;
};

}  // namespace contend::internal
