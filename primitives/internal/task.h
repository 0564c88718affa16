#pragma once

#include <cstddef>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

namespace contend::internal {

/// A move-only callable in 32 bytes, without an allocation of its own; what it holds must be small enough. It
/// is called with null to run, or with the reason why it will never run.
class Task {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Task>) explicit Task(F&& f)
      : operations_(&operations<std::decay_t<F>>) {
    using Held = std::decay_t<F>;
    static_assert(sizeof(Held) <= sizeof(storage_) && alignof(Held) <= alignof(void*));
    static_assert(std::is_nothrow_move_constructible_v<Held>);
    ::new (storage_) Held(std::forward<F>(f));
  }
  Task(Task&& other) noexcept : operations_(other.operations_) {
    operations_->move(other.storage_, storage_);
  }
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      operations_->destroy(storage_);
      operations_ = other.operations_;
      operations_->move(other.storage_, storage_);
    }
    return *this;
  }
  ~Task() { operations_->destroy(storage_); }

  void operator()(const std::exception_ptr& refusal) { operations_->call(storage_, refusal); }

 private:
  struct Operations {
    void (*call)(void* held, const std::exception_ptr& refusal);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void* held) noexcept;
  };

  template <class Held>
  static constexpr Operations operations = {
      [](void* held, const std::exception_ptr& refusal) { (*static_cast<Held*>(held))(refusal); },
      [](void* from, void* to) noexcept { ::new (to) Held(std::move(*static_cast<Held*>(from))); },
      [](void* held) noexcept { static_cast<Held*>(held)->~Held(); },
  };

  const Operations* operations_;
  alignas(void*) std::byte storage_[24];
};

}  // namespace contend::internal
