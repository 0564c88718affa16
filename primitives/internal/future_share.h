#pragma once

#include <utility>

namespace contend::internal {

/// A share in the state of a future: a `T` derived from FutureState, which goes with the last one.
template <class T>
class FutureShare {
 public:
  FutureShare() = default;
  /// Takes over one that is counted already.
  explicit FutureShare(T* state) noexcept : state_(state) {}
  FutureShare(const FutureShare& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->enter();
  }
  FutureShare(FutureShare&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  FutureShare& operator=(FutureShare other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~FutureShare() {
    if (state_ != nullptr) state_->leave();
  }

  explicit operator bool() const noexcept { return state_ != nullptr; }
  T& operator*() const noexcept { return *state_; }
  T* operator->() const noexcept { return state_; }
  friend bool operator==(const FutureShare&, const FutureShare&) = default;

 private:
  T* state_ = nullptr;
};

}  // namespace contend::internal
