#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"

namespace contend {

/// Runs something once, however many threads come to do it; the others wait until it is done.
///
/// For one-time set-up of an object. A local `static` does the same for a variable; Lazy does it for a value.
///
/// Guarantees: what the call did is visible to everybody who returns from call(). If it throws, the exception
/// reaches that caller alone, and the next one tries again. Errors: a call from within the call is
/// std::system_error(resource_deadlock_would_occur). Cost: 16 bytes; one load once it is done.
/// Source: the words of U. Drepper's futex mutex ("Futexes Are Tricky", 2011), and one more for done.
///
/// | word    | meaning                         | next                                    |
/// |---------|---------------------------------|-----------------------------------------|
/// | idle    | not done                        | running                                 |
/// | running | a thread is at it               | awaited; done, or idle if it throws     |
/// | awaited | and another may sleep           | done, or idle if it throws; wakes all   |
/// | done    | done                            |                                         |
template <class P>
class BasicOnce {
 public:
  BasicOnce() = default;
  BasicOnce(const BasicOnce&) = delete;
  BasicOnce& operator=(const BasicOnce&) = delete;

  /// True: this call ran the function. False: it had been run.
  template <class F, class... Args>
  requires std::invocable<F, Args...>
  bool call(F&& function, Args&&... args) {
    if (is_done() || !begin()) return false;
    try {
      std::invoke(std::forward<F>(function), std::forward<Args>(args)...);
    } catch (...) {
      end(idle);
      throw;
    }
    end(done);
    return true;
  }

  bool is_done() const noexcept {
    // Acquire pairs with the release in end().
    return word_.load(std::memory_order_acquire) == done;
  }

 private:
  static constexpr std::uint32_t idle = 0;
  static constexpr std::uint32_t running = 1;
  static constexpr std::uint32_t awaited = 2;
  static constexpr std::uint32_t done = 3;

  /// True: the caller's turn. False: done.
  [[gnu::noinline]] bool begin() {
    for (;;) {
      std::uint32_t word = idle;
      // Acquire pairs with the release in end().
      if (word_.compare_exchange_strong(word, running, std::memory_order_acquire)) {
        // Relaxed: only a thread that finds itself here cares, and that one has written it.
        runner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
        return true;
      }
      if (word == done) return false;
      if (runner_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
        internal::throw_misuse(std::errc::resource_deadlock_would_occur,
                               "Once::call: called from within its own call; it would wait for itself");
      }
      // Acquire, as above.
      if (word == awaited || word_.compare_exchange_strong(word, awaited, std::memory_order_acquire)) {
        P::wait(word_, awaited);
      }
    }
  }

  void end(std::uint32_t outcome) noexcept {
    // Relaxed: see begin().
    runner_.store(std::thread::id(), std::memory_order_relaxed);
    // Release pairs with the acquire in is_done() and begin(). The wake only names the address.
    if (word_.exchange(outcome, std::memory_order_release) == awaited) {
      P::wake(word_, std::numeric_limits<int>::max());
    }
  }

  typename P::Word word_{idle};
  typename P::template Atomic<std::thread::id> runner_{std::thread::id()};
};

using Once = BasicOnce<internal::ThreadPlatform>;

/// A value that is made at its first use, once, by whichever thread comes first.
///
///   Lazy<Dictionary> dictionary([] { return load_dictionary(); });
///
/// Guarantees, errors: as Once; a factory that throws is tried again. Cost: an allocation; two loads once it
/// is made.
template <class T, class P = internal::ThreadPlatform>
class Lazy {
 public:
  Lazy() requires std::default_initializable<T> : Lazy([] { return T(); }) {}

  /// T need not be movable.
  template <std::invocable F>
  explicit Lazy(F factory)
      : make_([factory = std::move(factory)]() mutable { return std::unique_ptr<T>(new T(factory())); }) {}

  T& get() {
    if (!once_.is_done()) once_.call([this] { value_ = make_(); });
    return *value_;
  }
  T& operator*() { return get(); }
  T* operator->() { return &get(); }

  bool has_value() const noexcept { return once_.is_done(); }

 private:
  const std::function<std::unique_ptr<T>()> make_;
  BasicOnce<P> once_;
  std::unique_ptr<T> value_;
};

}  // namespace contend
