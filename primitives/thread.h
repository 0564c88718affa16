#pragma once

#include <sys/types.h>

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "primitives/exception_hook.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/thread_state.h"

namespace contend {

struct ThreadOptions {
  std::string name = {};  // empty: Thread-1, Thread-2, ...
  bool daemon = false;    // does not hold up the end of the program
};

/// A thread that runs one function, once.
///
///   Thread loader({.name = "loader"}, load, path);
///   loader.start();
///
/// For work with a life of its own. Not for many short tasks: a thread costs tens of microseconds
/// (ThreadPool).
///
/// The function and its arguments are copied or moved in (std::ref for a reference), and destroyed in the
/// thread when the function is through. A function that takes a std::stop_token first is given the thread's
/// own.
///
/// Guarantees: what was done before start() is visible in the thread, and all the thread did, its
/// thread_locals' destructors included, after a join. An exception that leaves the function goes to the
/// exception hook; the thread then ends, the program does not.
/// Destroying the object is safe at any time. A daemon is let go, and lives on without it. Another thread is
/// asked to stop (request_stop()) and joined, so that it does not outlive what its function refers to.
/// The end of the program (returning from main, std::exit) waits for every thread that is not a daemon.
/// Daemons go down with the process, so they must not use what static destructors destroy.
/// Errors: std::system_error. start(): operation_not_permitted where it has been called before, the system's
/// own where there is no thread to be had. Joins: invalid_argument before start(),
/// resource_deadlock_would_occur for the thread itself. Everything: invalid_argument where the object has
/// been moved from.
/// Cost: one allocation and what the system takes for a thread.
class Thread {
 public:
  template <class F, class... Args>
  requires(!std::same_as<std::remove_cvref_t<F>, Thread> &&
           !std::same_as<std::remove_cvref_t<F>, ThreadOptions>) explicit Thread(F&& function, Args&&... args)
      : Thread(ThreadOptions{}, std::forward<F>(function), std::forward<Args>(args)...) {}

  template <class F, class... Args>
  Thread(ThreadOptions options, F&& function, Args&&... args);

  Thread(Thread&&) noexcept = default;
  /// What was here before is treated as by the destructor.
  Thread& operator=(Thread&& other) noexcept;
  ~Thread();

  void start();

  /// Waits for the end of the thread. May be called again, and by several threads.
  void join();

  /// Waits for at most `timeout`; zero or less only looks. False: it still runs.
  template <class Rep, class Period>
  bool try_join_for(const std::chrono::duration<Rep, Period>& timeout) {
    return state().join(internal::Deadline::after(timeout));
  }

  template <class Clock, class Duration>
  bool try_join_until(const std::chrono::time_point<Clock, Duration>& when) {
    return internal::retry_until(when,
                                 [this](internal::Deadline deadline) { return state().join(deadline); });
  }

  /// Started, and not yet at its end.
  bool is_alive() const { return state().is_alive(); }

  std::string name() const { return state().name(); }
  /// The kernel (ps, top, perf, gdb) shows the first 15 bytes, or as many as make whole UTF-8 characters.
  void set_name(std::string name) { state().set_name(std::move(name)); }

  bool daemon() const { return state().daemon(); }

  /// The kernel's number for the thread, which stays the same after its end; 0 before start(). Waits for a
  /// thread that is just being started.
  pid_t native_id() const { return state().native_id(); }

  /// True: this was the first request.
  bool request_stop() { return state().stop_source().request_stop(); }
  std::stop_token stop_token() const { return state().stop_source().get_token(); }

 private:
  internal::ThreadState& state() const;
  void let_go() noexcept;

  std::shared_ptr<internal::ThreadState> state_;
};

/// About the calling thread, whether it is a Thread or not.
namespace this_thread {

/// The name of the Thread; otherwise what the kernel calls it.
std::string name();
pid_t native_id();
/// One that never stops, where it is not a Thread.
std::stop_token stop_token();
bool is_daemon();

}  // namespace this_thread

namespace internal {

template <class F, class... Args>
class ThreadBody final : public ThreadState {
  static constexpr bool takes_stop_token = std::is_invocable_v<F, std::stop_token, Args...>;
  static_assert(takes_stop_token || std::is_invocable_v<F, Args...>,
                "the function can't be called with these arguments; std::ref passes a reference");

 public:
  template <class G, class... Brgs>
  ThreadBody(ThreadOptions options, G&& function, Brgs&&... args)
      : ThreadState(std::move(options.name), options.daemon),
        call_(std::in_place, std::forward<G>(function), std::forward<Brgs>(args)...) {}

 private:
  void run() override {
    // Moved, so that what the call holds is destroyed here, also where an exception passes.
    std::tuple<F, Args...> call = std::move(*call_);
    call_.reset();
    std::apply([this](auto&... parts) { invoke(std::move(parts)...); }, call);
  }

  void invoke(F&& function, Args&&... args) {
    if constexpr (takes_stop_token) {
      std::invoke(std::move(function), stop_source().get_token(), std::move(args)...);
    } else {
      std::invoke(std::move(function), std::move(args)...);
    }
  }

  std::optional<std::tuple<F, Args...>> call_;
};

}  // namespace internal

template <class F, class... Args>
Thread::Thread(ThreadOptions options, F&& function, Args&&... args)
    : state_(std::make_shared<internal::ThreadBody<std::decay_t<F>, std::decay_t<Args>...>>(
          std::move(options), std::forward<F>(function), std::forward<Args>(args)...)) {}

}  // namespace contend
