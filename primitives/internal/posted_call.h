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
  static TaskPtr make(Call call) {
    RecyclingAllocator<PostedCall> memory;
    PostedCall* const made = memory.allocate(1);
    try {
      return TaskPtr(::new (made) PostedCall(std::move(call)));
    } catch (...) {
      memory.deallocate(made, 1);
      throw;
    }
  }

  void run() noexcept override {
    try {
      std::invoke(std::move(call_));
    } catch (...) {
      this_worker.errors->report_current();
    }
    drop();
  }

  void refuse(const std::exception_ptr& /*refusal*/) noexcept override { drop(); }

  void drop() noexcept override {
    this->~PostedCall();
    RecyclingAllocator<PostedCall>().deallocate(this, 1);
  }

 private:
  explicit PostedCall(Call call) : call_(std::move(call)) {}
  ~PostedCall() = default;

  Call call_;
};

template <class Call>
TaskPtr make_posted_call(Call call) {
  return PostedCall<Call>::make(std::move(call));
}

}  // namespace contend::internal
