#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/future.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/pool_worker.h"
#include "primitives/internal/recycled_memory.h"
#include "primitives/internal/spin_wait.h"
#include "primitives/internal/task.h"
#include "primitives/internal/unfetched_errors.h"

namespace contend::internal {

/// A call to come and the future of its result, in one block of memory, with one share for a handle and one for the
/// pool, which gives it up with run(), refuse() or drop(). The call, with all that it holds, is
/// destroyed before the future has its result. A worker of the pool that waits for the future before somebody
/// has begun the call makes it itself.
///
/// Refused for FutureCancelled the future is cancelled, any other reason is its exception.
template <class R, class Call>
class PromisedCall final : public Task, public SharedResult<R, ThreadPlatform> {
  using Shared = SharedResult<R, ThreadPlatform>;

 public:
  PromisedCall(Call call, const void* pool) : Shared(type, 2), call_(std::move(call)), pool_(pool) {}

  void run() noexcept override {
    if (this->begin_result()) {
      make_call();
      return this->end_result_and_leave();
    }
    if (this->state() == Shared::cancelled) call_.reset();
    this->leave();
  }

  void refuse(const std::exception_ptr& refusal) noexcept override {
    try {
      std::rethrow_exception(refusal);
    } catch (const FutureCancelled&) {
      if (this->cancel()) call_.reset();
    } catch (...) {
      fail(refusal);
    }
    this->leave();
  }

  void drop() noexcept override { this->leave(); }

 private:
  static void destroy(FutureState<ThreadPlatform>& future) noexcept {
    recycle(static_cast<PromisedCall&>(future));
  }

  static void help(FutureState<ThreadPlatform>& future) {
    auto& call = static_cast<PromisedCall&>(future);
    if (this_worker.pool != call.pool_) return;
    if (!this_worker.is_deep()) return call.run_or_wait();
    stand_in([&call] { call.run_or_wait(); });
  }

  /// For a worker of the pool.
  void run_or_wait() noexcept {
    if (TaskPtr task = this_worker.spawned->take(this)) {
      internal::run(std::move(task));
    } else if (this->begin_result()) {
      make_call();
      this->end_result();
    }
    yield_until<ThreadPlatform>([this] { return this->is_done() || leapfrog(); });
  }

  /// For who has begun the result.
  void make_call() noexcept {
    since_ = this_worker.spawned->end();
    taker_.store(this_worker.spawned, std::memory_order_release);  // pairs with the acquire in leapfrog()
    compute();
    call_.reset();
  }

  void fail(const std::exception_ptr& reason) {
    if (!this->begin_result()) return;
    call_.reset();
    this->error = std::make_shared<UnfetchedError>(reason);
    this->end_result();
  }

  void compute() noexcept {
    try {
      if constexpr (std::is_void_v<R>) {
        std::invoke(*std::move(call_));
        this->result.emplace();
      } else {
        this->result.emplace(std::invoke(*std::move(call_)));
      }
    } catch (...) {
      this->error = this_worker.errors->add(std::current_exception());
    }
  }

  /// Runs what the worker that has taken this call has submitted since: that is likely to be a part of it,
  /// and so no more than the caller waits for anyway. What it had submitted before may wait for the caller, and must not
  /// run above it on its stack. Source: D. Wagner and B. Calder, "Leapfrogging" (1993). True: done.
  bool leapfrog() {
    WorkerTasks* const taker =
        taker_.load(std::memory_order_acquire);  // pairs with the release in make_call()
    if (taker == nullptr || taker == this_worker.spawned) return false;
    if (this_worker.leaps == PoolWorker::most_leaps) return false;
    ++this_worker.leaps;
    // While it is not done, the taker is at it, and pushes nothing that is not of this call.
    const auto is_needed = [this] { return !this->is_done(); };
    while (TaskPtr task = taker->take_oldest_since(since_, is_needed)) internal::run(std::move(task));
    --this_worker.leaps;
    return this->is_done();
  }

  static constexpr FutureState<ThreadPlatform>::Type type{.destroy = &destroy, .help = &help};

  std::optional<Call> call_;  // of whoever began it; of the pool once it is cancelled
  const void* const pool_;
  std::atomic<WorkerTasks*> taker_{nullptr};  // of the worker that has begun it
  std::size_t since_ = 0;                     // the place of what that one submits next; published by taker_
};

}  // namespace contend::internal
