#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/future.h"
#include "primitives/internal/platform.h"

namespace contend::internal {

/// A call to come and the future of its result, as a pool keeps them: one pointer, one allocation for both. The call,
/// with all that it holds, is destroyed before its future is done.
template <class R, class Call>
class PromisedCall {
 public:
  explicit PromisedCall(Call call) : state_(std::make_shared<State>(std::move(call))) {}

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
    explicit State(Call call) : call_(std::move(call)) {}

    void run() {
      const bool begun = this->begin_result();
      if (begun) compute();
      call_.reset();
      if (begun) this->end_result();
    }

    void refuse(const std::exception_ptr& refusal) {
      call_.reset();
      try {
        std::rethrow_exception(refusal);
      } catch (const FutureCancelled&) {
        this->cancel();
      } catch (...) {
        if (!this->begin_result()) return;
        this->exception = refusal;
        this->end_result();
      }
    }

   private:
    void compute() noexcept {
      try {
        if constexpr (std::is_void_v<R>) {
          std::invoke(*std::move(call_));
          this->result.emplace();
        } else {
          this->result.emplace(std::invoke(*std::move(call_)));
        }
      } catch (...) {
        this->exception = std::current_exception();
      }
    }

    std::optional<Call> call_;
  };

  std::shared_ptr<State> state_;
};

}  // namespace contend::internal
