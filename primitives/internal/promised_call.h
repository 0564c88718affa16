#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/future.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/spawned_tasks.h"
#include "primitives/internal/spin_wait.h"
#include "primitives/internal/task.h"
#include "primitives/internal/unfetched_errors.h"

namespace contend::internal {

/// The pool whose worker this thread is, what it has submitted to that pool, and the errors of its tasks.
inline constinit thread_local const void* worker_of = nullptr;
inline constinit thread_local SpawnedTasks* spawned_here = nullptr;
inline constinit thread_local UnfetchedErrors* errors_here = nullptr;

/// A call to come and the future of its result, as a pool keeps them: one pointer, one allocation for both.
/// The call, with all that it holds, is destroyed before the future has its result. A worker of the pool that
/// waits for the future before somebody has begun the call makes it itself.
template <class R, class Call>
class PromisedCall {
 public:
  PromisedCall(Call call, const void* pool) : state_(std::make_shared<State>(std::move(call), pool)) {}

  /// What tells this call from the others that have not been made.
  const void* id() const { return state_.get(); }

  Future<R> future() const { return FutureAccess::make<R, ThreadPlatform>(state_); }

  /// Null: calls, unless the future has been cancelled. Otherwise the reason why it will never be called: for
  /// FutureCancelled the future is cancelled, anything else is its exception.
  void operator()(const std::exception_ptr& refusal) {
    if (!refusal) {
      state_->run();
    } else {
      state_->refuse(refusal);
    }
  }

 private:
  class State : public SharedResult<R, ThreadPlatform> {
   public:
    State(Call call, const void* pool)
        : SharedResult<R, ThreadPlatform>(&help), call_(std::move(call)), pool_(pool) {}

    void run() {
      if (this->begin_result()) {
        taker_.store(spawned_here, std::memory_order_relaxed);  // relaxed: the pool has all of them
        compute();
        call_.reset();
        this->end_result();
      } else if (this->state() == State::cancelled) {
        call_.reset();
      }
    }

    void refuse(const std::exception_ptr& refusal) {
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

   private:
    static void help(FutureState<ThreadPlatform>& future) {
      auto& state = static_cast<State&>(future);
      if (worker_of != state.pool_) return;
      const std::optional<Task> no_longer_waits = spawned_here->take(&state);
      state.run();
      yield_until<ThreadPlatform>([&state] { return state.is_done() || state.leapfrog(); });
    }

    /// Runs what the worker that has taken this call has submitted since: that is likely to be a part of it,
    /// and so no more than the caller waits for anyway. Source: D. Wagner and B. Calder, "Leapfrogging"
    /// (1993). True: done.
    bool leapfrog() {
      SpawnedTasks* const taker = taker_.load(std::memory_order_relaxed);  // relaxed: see run()
      if (taker == nullptr || taker == spawned_here) return false;
      while (std::optional<Task> task = taker->take_oldest()) {
        (*task)(nullptr);
        if (this->is_done()) return true;
      }
      return false;
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
        this->error = errors_here->add(std::current_exception());
      }
    }

    std::optional<Call> call_;  // of whoever began it; of the pool once it is cancelled
    const void* const pool_;
    std::atomic<SpawnedTasks*> taker_{nullptr};  // of the worker that has begun it
  };

  std::shared_ptr<State> state_;
};

}  // namespace contend::internal
