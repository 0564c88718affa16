#pragma once

#include <chrono>
#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/future_share.h"
#include "primitives/internal/future_state.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/unfetched_errors.h"

namespace contend {

/// The task was cancelled before it began, so there is no result.
class FutureCancelled : public std::runtime_error {
 public:
  FutureCancelled() : std::runtime_error("Future: the task was cancelled before it began") {}
};

/// The promise was destroyed without having kept its word.
class BrokenPromise : public std::runtime_error {
 public:
  BrokenPromise() : std::runtime_error("Promise: destroyed without a result or an exception") {}
};

/// A second result, or one after a cancellation; a start after the first.
class InvalidState : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace internal {

/// How a result of type R is kept, what get() returns, and what a get that may time out returns: null or
/// false then.
template <class R>
struct ResultTraits {
  using Stored = R;
  using Got = const R&;
  using Found = const R*;
  static Got get(const Stored& stored) noexcept { return stored; }
  static Found find(const Stored& stored) noexcept { return &stored; }
};
template <class R>
struct ResultTraits<R&> {
  using Stored = std::reference_wrapper<R>;
  using Got = R&;
  using Found = R*;
  static Got get(Stored stored) noexcept { return stored; }
  static Found find(Stored stored) noexcept { return &stored.get(); }
};
template <>
struct ResultTraits<void> {
  struct Stored {};
  using Got = void;
  using Found = bool;
  static Got get(Stored) noexcept {}
  static Found find(Stored) noexcept { return true; }
};

template <class R, class P>
struct SharedResult : FutureState<P> {
  using FutureState<P>::FutureState;
  using Stored = typename ResultTraits<R>::Stored;

  static FutureShare<SharedResult> make() { return FutureShare(new SharedResult(type, 1)); }

  // One of them is written before the state becomes finished.
  std::optional<Stored> result;
  std::shared_ptr<UnfetchedError> error;

 private:
  static void destroy(FutureState<P>& state) noexcept { delete static_cast<SharedResult*>(&state); }

  static constexpr typename FutureState<P>::Type type{.destroy = &destroy, .help = nullptr};
};

struct FutureAccess;

}  // namespace internal

template <class R, class P>
class Promise;

/// The result of a task, to come: a handle that may be copied, and any of whose copies may be used by any
/// thread, as with std::shared_future. It stays valid after get(), which may be called as often as one likes.
///
/// What gives results a life of their own: tasks handed to a pool, callbacks, waiting for the first of
/// several (future_wait.h). Not for an endless sequence of values (Queue), nor for a mere "it has happened"
/// (Event).
///
/// A future is pending, running, or done; done means cancelled or finished, finished means with a result or
/// with an exception. Only a pending one can be cancelled.
///
/// Guarantees: what the task did is visible after get(). A time-out is a return value; the task's exception
/// is thrown by every get(), FutureCancelled by every get() of a cancelled one. Who waits is woken before
/// callbacks run. All members may be called at any time, but one handle must not be assigned to while it is
/// in use.
/// Errors: std::system_error(invalid_argument) where the handle has no state.
/// Cost: one allocation for state and result together, one per callback, and one more for the first. get() of a
/// finished one is one load; completing is two atomic read-modify-writes, and a system call only if somebody sleeps;
/// copying a handle is one, and so is dropping one, but for the last. Source: the states and what may be done in each
/// are those of Python's concurrent.futures, handles those of std::shared_future.
template <class R, class P = internal::ThreadPlatform>
class Future {
  using Traits = internal::ResultTraits<R>;
  using Shared = internal::SharedResult<R, P>;

 public:
  using Result = R;
  using Found = typename Traits::Found;

  /// Without a state: only valid() and assignment are allowed.
  Future() = default;

  bool valid() const noexcept { return static_cast<bool>(shared_); }

  bool pending() const { return shared().state() == Shared::pending; }
  bool running() const { return shared().state() == Shared::running || shared().state() == Shared::setting; }
  bool cancelled() const { return shared().state() == Shared::cancelled; }
  bool done() const { return shared().is_done(); }

  /// True: it is cancelled, now or since before. False: it has begun, and takes its course.
  bool cancel() const {
    const Future alive = *this;  // a callback may drop the handle that this was called on
    return alive.shared().cancel();
  }

  void wait() const {
    shared().help();
    shared().await(internal::Deadline::never());
  }

  /// Waits for at most `timeout`; zero or less only looks. False: not done.
  template <class Rep, class Period>
  bool wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
    return shared().is_done() || shared().await(internal::Deadline::after(timeout));
  }

  template <class Clock, class Duration>
  bool wait_until(const std::chrono::time_point<Clock, Duration>& when) const {
    return internal::retry_until(when,
                                 [this](internal::Deadline deadline) { return shared().await(deadline); });
  }

  /// The result, as a reference into the shared state: valid as long as a handle is. A reference if R is one.
  typename Traits::Got get() const& {
    wait();
    return Traits::get(result());
  }

  /// Of a handle that is about to go, as in `pool.submit(f).get()`: by value, moved out only where R can't be
  /// copied.
  R get() && {
    if constexpr (std::is_object_v<R> && !std::copy_constructible<R>) {
      return take();
    } else {
      return std::as_const(*this).get();
    }
  }

  /// Moves the result out, for one that can't be copied. Every later get() sees what the move left behind, so
  /// this is for a result that has only one taker.
  R take() const requires std::move_constructible<R> {
    wait();
    result();
    return std::move(*shared_->result);
  }

  /// A pointer to the result (true for void); null (false) if the task is not done.
  Found try_get() const { return done() ? Traits::find(result()) : Found{}; }

  template <class Rep, class Period>
  Found try_get_for(const std::chrono::duration<Rep, Period>& timeout) const {
    return wait_for(timeout) ? Traits::find(result()) : Found{};
  }

  template <class Clock, class Duration>
  Found try_get_until(const std::chrono::time_point<Clock, Duration>& when) const {
    return wait_until(when) ? Traits::find(result()) : Found{};
  }

  /// Waits; null if the task has a result. Throws FutureCancelled.
  std::exception_ptr exception() const {
    wait();
    return stored_exception();
  }

  /// Empty: not done.
  template <class Rep, class Period>
  std::optional<std::exception_ptr> try_exception_for(
      const std::chrono::duration<Rep, Period>& timeout) const {
    if (!wait_for(timeout)) return std::nullopt;
    return stored_exception();
  }

  template <class Clock, class Duration>
  std::optional<std::exception_ptr> try_exception_until(
      const std::chrono::time_point<Clock, Duration>& when) const {
    if (!wait_until(when)) return std::nullopt;
    return stored_exception();
  }

  /// Has `callback(Future)` called once, when the future is done, by the thread that completes it, before it goes on, in
  /// the order of addition; at once, and here, if it is done. What leaves a callback goes to the exception hook.
  ///
  /// Callbacks may complete other futures: a chain of any length gets by with a small stack. To that end only 32 callbacks
  /// nest. One below those is called when the one that completed its future has returned, or waits for a future: so it
  /// must not use that one's locals, nor may that one wait for it by other means than a future. The order in which
  /// callbacks begin is always as if each were called at once.
  template <std::invocable<Future> F>
  void add_done_callback(F callback) const {
    shared().observe([callback = std::move(callback), self = *this]() mutable { callback(self); }, false);
  }

  /// Whether both are handles of the same task.
  friend bool operator==(const Future&, const Future&) = default;

 private:
  friend class Promise<R, P>;
  friend internal::FutureAccess;

  explicit Future(internal::FutureShare<Shared> shared) noexcept : shared_(std::move(shared)) {}

  Shared& shared() const {
    if (!shared_) {
      internal::throw_misuse(std::errc::invalid_argument,
                             "Future: no task; use one that a promise or a pool made");
    }
    return *shared_;
  }

  std::exception_ptr stored_exception() const {
    if (cancelled()) throw FutureCancelled();
    if (!shared_->error) return nullptr;
    shared_->error->fetched.store(true);
    return shared_->error->exception;
  }

  const typename Traits::Stored& result() const {
    if (auto exception = stored_exception()) std::rethrow_exception(std::move(exception));
    return *shared_->result;
  }

  internal::FutureShare<Shared> shared_;
};

/// The side of a future that gives it its result. Movable, one owner. Destroyed without a result, it leaves
/// BrokenPromise to those who wait.
template <class R, class P = internal::ThreadPlatform>
class Promise {
  using Shared = internal::SharedResult<R, P>;

 public:
  Promise() : shared_(Shared::make()) {}
  Promise(Promise&&) noexcept = default;
  Promise& operator=(Promise&& other) noexcept {
    Promise abandoned(std::move(*this));
    shared_ = std::move(other.shared_);
    return *this;
  }
  ~Promise() {
    if (!shared_ || shared_->is_done()) return;
    // Where there is no handle, there is nobody to make one of.
    if (shared_->is_shared()) finish_with(*shared_, std::make_exception_ptr(BrokenPromise()));
  }

  /// May be called as often as handles are wanted.
  Future<R, P> future() const { return Future<R, P>(share()); }

  /// Before the task: from here on it can't be cancelled. False: it has been, don't run it. Throws
  /// InvalidState where it had begun or finished.
  bool set_running_or_notify_cancel() {
    const auto before = share()->start();
    if (before == Shared::cancelled) return false;
    if (before != Shared::pending) throw InvalidState("Promise: the task has begun before; begin it once");
    return true;
  }

  /// Of the arguments the result is made. Allowed while pending or running, otherwise InvalidState.
  template <class... Args>
  void set_result(Args&&... args) {
    const internal::FutureShare<Shared> shared = share();
    require(shared->finish([&] { shared->result.emplace(std::forward<Args>(args)...); }));
  }

  /// Null is std::invalid_argument.
  void set_exception(const std::exception_ptr& exception) {
    if (!exception)
      throw std::invalid_argument("Promise::set_exception: null; pass std::current_exception()");
    require(finish_with(*share(), exception));
  }

  /// Runs the task, unless it has been cancelled, and sets what it returns or throws. False: it was not run.
  template <std::invocable F>
  bool run(F&& task) {
    if (!set_running_or_notify_cancel()) return false;
    try {
      if constexpr (std::is_void_v<R>) {
        std::invoke(std::forward<F>(task));
        set_result();
      } else {
        set_result(std::invoke(std::forward<F>(task)));
      }
    } catch (...) {
      set_exception(std::current_exception());
    }
    return true;
  }

 private:
  /// A share of the caller's own: once the future is done, somebody may destroy the promise.
  internal::FutureShare<Shared> share() const {
    if (!shared_) {
      internal::throw_misuse(std::errc::invalid_argument, "Promise: moved from; use the one it was moved to");
    }
    return shared_;
  }

  static bool finish_with(Shared& shared, const std::exception_ptr& exception) {
    return shared.finish([&] { shared.error = std::make_shared<internal::UnfetchedError>(exception); });
  }

  static void require(bool finished) {
    if (!finished)
      throw InvalidState("Promise: the future is done already; set one result or one exception, once");
  }

  internal::FutureShare<Shared> shared_;
};

namespace internal {

/// For the parts of this library that make futures, or watch over several.
struct FutureAccess {
  template <class R, class P>
  static Future<R, P> make(FutureShare<SharedResult<R, P>> share) noexcept {
    return Future<R, P>(std::move(share));
  }
  template <class R, class P>
  static SharedResult<R, P>& shared(const Future<R, P>& future) {
    return future.shared();
  }
};

}  // namespace internal

}  // namespace contend
