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
  Task(Task&& other) noexcept { take(other); }
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      destroy();
      take(other);
    }
    return *this;
  }
  ~Task() { destroy(); }

  void operator()(const std::exception_ptr& refusal) { operations_->call(storage_, refusal); }

 private:
  struct Operations {
    void (*call)(void* held, const std::exception_ptr& refusal);
    void (*move)(void* from, void* to) noexcept;  // and destroys what is left behind
    void (*destroy)(void* held) noexcept;
  };

  template <class Held>
  static constexpr Operations operations = {
      [](void* held, const std::exception_ptr& refusal) { (*static_cast<Held*>(held))(refusal); },
      [](void* from, void* to) noexcept {
        ::new (to) Held(std::move(*static_cast<Held*>(from)));
        static_cast<Held*>(from)->~Held();
      },
      [](void* held) noexcept { static_cast<Held*>(held)->~Held(); },
  };

  void take(Task& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->move(other.storage_, storage_);
  }
  void destroy() noexcept {
    if (operations_ != nullptr) operations_->destroy(storage_);
  }

  const Operations* operations_;  // null: moved from
  alignas(void*) std::byte storage_[24];
};

}  // namespace contend::internal
