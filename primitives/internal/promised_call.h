#pragma once

#include <exception>
#include <memory>
#include <utility>

#include "primitives/future.h"

namespace contend::internal {

/// A call to come and the promise of its result, as a pool keeps them: one pointer.
template <class R, class Call>
class PromisedCall {
 public:
  explicit PromisedCall(Call call) : parts_(std::make_unique<Parts>(std::move(call))) {}

  Future<R> future() const { return parts_->promise.future(); }

  /// Null: calls, unless the future has been cancelled. Otherwise the reason why it will never be called: for
  /// FutureCancelled the future is cancelled, anything else is its exception.
  void operator()(const std::exception_ptr& refusal) {
    if (!refusal) {
      parts_->promise.run(std::move(parts_->call));
    } else {
      refuse(refusal);
    }
  }

 private:
  struct Parts {
    explicit Parts(Call made) : call(std::move(made)) {}
    Promise<R> promise;
    Call call;
  };

  void refuse(const std::exception_ptr& refusal) {
    try {
      std::rethrow_exception(refusal);
    } catch (const FutureCancelled&) {
      parts_->promise.future().cancel();
    } catch (...) {
      if (parts_->promise.set_running_or_notify_cancel()) parts_->promise.set_exception(refusal);
    }
  }

  std::unique_ptr<Parts> parts_;
};

}  // namespace contend::internal
