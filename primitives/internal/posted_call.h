#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <utility>

#include "primitives/internal/pool_worker.h"
#include "primitives/internal/recycled_memory.h"
#include "primitives/internal/task.h"

namespace contend::internal {

/// A call to come that nobody asks about any more. What leaves it goes to the exception hook; refused, it is destroyed.
template <class Call>
class PostedCall final : public Task {
 public:
  explicit PostedCall(Call call) : call_(std::move(call)) {}

  void run() noexcept override {
    try {
      std::invoke(std::move(call_));
    } catch (...) {
      this_worker.errors->report_current();
    }
    drop();
  }

  void refuse(const std::exception_ptr& /*refusal*/) noexcept override { drop(); }

  void drop() noexcept override { recycle(*this); }

 private:
  Call call_;
};

template <class Call>
TaskPtr make_posted_call(Call call) {
  return TaskPtr(make_recycled<PostedCall<Call>>(std::move(call)));
}

}  // namespace contend::internal
