#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <asio/async_result.hpp>

#include "primitives/internal/recycled_memory.h"

// Coroutines over Asio's operations that recycle their memory: with thousands of them in flight, most of the time of
// asio::awaitable goes to malloc.
namespace contend {

namespace internal {

/// What all coroutines of this page have in common.
struct RecycledFrame {
  static void* operator new(std::size_t bytes) { return RecycledMemory::take(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { RecycledMemory::give(frame, bytes); }
};

/// What a coroutine leaves behind: a value or an exception.
template <class T>
struct Outcome : RecycledFrame {
  void return_value(T value) { outcome.template emplace<1>(std::move(value)); }
  void unhandled_exception() noexcept { outcome.template emplace<2>(std::current_exception()); }

  std::variant<std::monostate, T, std::exception_ptr> outcome;
};

}  // namespace internal

/// What a coroutine of an event loop returns, to be awaited once, by another one of the same loop: `co_await item(id)`.
///
/// It starts when it is awaited, in the caller's thread, and goes on in the thread that runs the loop. An exception that
/// leaves it reaches who awaits it.
///
/// Not for coroutines that travel between threads, and not to be dropped while it is suspended: what it waits for holds a
/// pointer to it. Let the loop run until nothing is pending.
///
/// Cost: one frame from the thread's recycled memory; an awaited operation of Asio is part of the frame, but for what
/// Asio keeps while it is pending, which is recycled too. No atomic, and no more stack for awaiting one after the other,
/// even where none of them ever suspends.
template <class T>
class [[nodiscard]] Awaitable {
 public:
  struct promise_type : internal::Outcome<T> {
    Awaitable get_return_object() { return Awaitable(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    auto final_suspend() const noexcept { return Return{}; }

    std::coroutine_handle<> awaiting = std::noop_coroutine();
  };

  Awaitable(Awaitable&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Awaitable& operator=(Awaitable&&) = delete;
  ~Awaitable() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }

  /// False where it came to its end without having suspended: then who awaits it just goes on.
  bool await_suspend(std::coroutine_handle<> awaiting) {
    handle_.resume();
    if (handle_.done()) return false;
    handle_.promise().awaiting = awaiting;
    return true;
  }

  T await_resume() {
    auto& outcome = handle_.promise().outcome;
    if (auto* error = std::get_if<std::exception_ptr>(&outcome)) std::rethrow_exception(std::move(*error));
    return std::get<T>(std::move(outcome));
  }

 private:
  using Handle = std::coroutine_handle<promise_type>;

  /// Goes on with who awaits it, if anybody does by now.
  struct Return {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle ended) const noexcept { return ended.promise().awaiting; }
    void await_resume() const noexcept {}
  };

  explicit Awaitable(Handle handle) : handle_(handle) {}

  Handle handle_;
};

/// A coroutine that nobody awaits: it starts when it is called, and is gone when it has ended. No exception may leave it.
struct Detached {
  struct promise_type : internal::RecycledFrame {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

/// What makes an operation of Asio's awaitable: `co_await timer.async_wait(use_awaitable)`. An error becomes a
/// std::system_error.
struct UseAwaitable {};
inline constexpr UseAwaitable use_awaitable{};

namespace internal {

inline void value_of() {}

inline void value_of(const std::error_code& error) {
  if (error) throw std::system_error(error);
}

template <class T>
T value_of(const std::error_code& error, T value) {
  value_of(error);
  return value;
}

template <class T>
T value_of(const std::exception_ptr& error, T value) {
  if (error) std::rethrow_exception(error);
  return value;
}

/// An operation that has not begun: it does when it is awaited.
template <class Signature, class Initiation, class... Args>
class Operation;

template <class... Results, class Initiation, class... Args>
class Operation<void(Results...), Initiation, Args...> {
 public:
  explicit Operation(Initiation initiation, Args... args)
      : initiation_(std::move(initiation)), args_(std::move(args)...) {}

  bool await_ready() const noexcept { return false; }

  void await_suspend(std::coroutine_handle<> awaiting) {
    const auto initiate = [&](Args&... args) {
      std::move(initiation_)(Handler{this, awaiting}, std::move(args)...);
    };
    std::apply(initiate, args_);
  }

  auto await_resume() {
    return std::apply([](Results&... results) { return value_of(std::move(results)...); }, *results_);
  }

 private:
  /// What Asio calls when the operation is complete.
  struct Handler {
    using allocator_type = RecyclingAllocator<void>;

    allocator_type get_allocator() const noexcept { return {}; }
    void operator()(Results... results) const {
      operation->results_.emplace(std::move(results)...);
      awaiting.resume();
    }

    Operation* operation;
    std::coroutine_handle<> awaiting;
  };

  Initiation initiation_;
  std::tuple<Args...> args_;
  std::optional<std::tuple<Results...>> results_;
};

}  // namespace internal
}  // namespace contend

template <class... Results>
class asio::async_result<contend::UseAwaitable, void(Results...)> {
 public:
  template <class Initiation, class... Args>
  static auto initiate(Initiation&& initiation, contend::UseAwaitable /*token*/, Args&&... args) {
    return contend::internal::Operation<void(std::decay_t<Results>...), std::decay_t<Initiation>,
                                        std::decay_t<Args>...>(std::forward<Initiation>(initiation),
                                                               std::forward<Args>(args)...);
  }
};
