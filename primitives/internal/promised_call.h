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

/// A call to come and the future of its result, in one block of memory. The call, with all that it holds, is
/// destroyed before the future has its result. A worker of the pool that waits for the future before somebody
/// has begun the call makes it itself.
///
/// Refused for FutureCancelled the future is cancelled, any other reason is its exception.
template <class R, class Call>
class PromisedCall final : public Task, public SharedResult<R, ThreadPlatform> {
  using Shared = SharedResult<R, ThreadPlatform>;

 public:
  PromisedCall(Call call, const void* pool) : Shared(&help), call_(std::move(call)), pool_(pool) {}

  static std::shared_ptr<PromisedCall> make(Call call, const void* pool) {
    return std::allocate_shared<PromisedCall>(RecyclingAllocator<PromisedCall>(), std::move(call), pool);
  }

  /// For the pool; once.
  static TaskPtr task(const std::shared_ptr<PromisedCall>& call) {
    call->pools_share_ = call;
    return TaskPtr(call.get());
  }

  void run() noexcept override {
    const auto alive = std::move(pools_share_);
    if (!attempt() && this->state() == Shared::cancelled) call_.reset();
  }

  void refuse(const std::exception_ptr& refusal) noexcept override {
    const auto alive = std::move(pools_share_);
    try {
      std::rethrow_exception(refusal);
    } catch (const FutureCancelled&) {
      if (this->cancel()) call_.reset();
    } catch (...) {
      if (!this->begin_result()) return;
      call_.reset();
      this->error = std::make_shared<UnfetchedError>(refusal);
      this->end_result();
    }
  }

  void drop() noexcept override { pools_share_.reset(); }

 private:
  static void help(FutureState<ThreadPlatform>& future) {
    auto& call = static_cast<PromisedCall&>(future);
    if (this_worker.pool != call.pool_) return;
    if (TaskPtr task = this_worker.spawned->take(&call)) {
      internal::run(std::move(task));
    } else {
      call.attempt();
    }
    yield_until<ThreadPlatform>([&call] { return call.is_done() || call.leapfrog(); });
  }

  /// Calls. False: somebody else has begun to, or the future has been cancelled.
  bool attempt() noexcept {
    if (!this->begin_result()) return false;
    since_ = this_worker.spawned->end();
    taker_.store(this_worker.spawned, std::memory_order_release);  // pairs with the acquire in leapfrog()
    compute();
    call_.reset();
    this->end_result();
    return true;
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
    WorkerTasks* const taker = taker_.load(std::memory_order_acquire);  // pairs with the release in attempt()
    if (taker == nullptr || taker == this_worker.spawned) return false;
    if (this_worker.leaps == PoolWorker::most_leaps) return false;
    ++this_worker.leaps;
    // While it is not done, the taker is at it, and pushes nothing that is not of this call.
    const auto is_needed = [this] { return !this->is_done(); };
    while (TaskPtr task = taker->take_oldest_since(since_, is_needed)) internal::run(std::move(task));
    --this_worker.leaps;
    return this->is_done();
  }

  std::shared_ptr<PromisedCall> pools_share_;  // while the pool has it
  std::optional<Call> call_;                   // of whoever began it; of the pool once it is cancelled
  const void* const pool_;
  std::atomic<WorkerTasks*> taker_{nullptr};  // of the worker that has begun it
  std::size_t since_ = 0;                     // the place of what that one submits next; published by taker_
};

}  // namespace contend::internal
