#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>

#include "primitives/internal/errors.h"
#include "primitives/internal/platform.h"
#include "primitives/lock.h"

namespace contend {

namespace internal {

/// Names the calling thread for as long as it lives. A thread that comes after its end may get the same name.
inline const void* current_thread_tag() noexcept {
  thread_local constinit char tag = 0;
  return &tag;
}

}  // namespace internal

/// A lock that its holder may lock again; it is free after as many unlocks.
///
/// Not for: sections that never call back into themselves (Lock is smaller and faster), a lock that another
/// thread unlocks, sharing between processes (its owner is a thread of this one). Re-entry hides that an
/// invariant may be broken when the inner section begins: prefer a private function that expects the lock held.
///
/// Guarantees: as Lock, and only the owner unlocks. Errors: unlocking what the caller does not own is
/// std::system_error(operation_not_permitted) and changes nothing; a depth beyond 2^32-1 is
/// std::system_error(resource_unavailable_try_again) from lock(), false from the try forms. A thread that ends
/// while it owns the lock leaves it locked, and a thread that is started later may then pass for its owner.
/// Destroying it owned ends the process in builds with assertions.
/// Cost: 16 bytes. The first level costs what Lock costs and two stores; each further level a load and an
/// addition, no atomic read-modify-write.
/// Source: an owner and a depth around a lock, as in POSIX's recursive mutexes; the owner is read without order
/// because nobody can find themselves there by mistake.
template <class P>
class BasicRLock {
 public:
  using Depth = std::uint32_t;

  BasicRLock() = default;
  BasicRLock(const BasicRLock&) = delete;
  BasicRLock& operator=(const BasicRLock&) = delete;
  ~BasicRLock() {
    if (internal::costly_checks && is_locked()) {
      internal::die_of_misuse("RLock::~RLock: the lock is owned; unlock before it is destroyed");
    }
  }

  void lock() {
    if (is_owned()) return enter_again();
    lock_.lock();
    own(1);
  }

  bool try_lock() noexcept {
    return try_lock_with([this] { return lock_.try_lock(); });
  }

  /// Waits for at most `timeout`; zero or less is one attempt. False: not locked.
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return try_lock_with([&] { return lock_.try_lock_for(timeout); });
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return try_lock_with([&] { return lock_.try_lock_until(when); });
  }

  void unlock() {
    expect_owned("RLock::unlock: the calling thread does not own the lock; unlock in the thread that locked");
    if (--depth_ == 0) disown();
  }

  /// Gives up all levels at once and returns how many there were, for lock_all(). For a condition, whose
  /// waiters must not keep the lock however deep they hold it.
  [[nodiscard]] Depth unlock_all() {
    expect_owned("RLock::unlock_all: the calling thread does not own the lock; lock it first");
    const Depth depth = std::exchange(depth_, 0);
    disown();
    return depth;
  }

  /// Takes `depth` levels at once. The caller owns none.
  void lock_all(Depth depth) {
    if (depth == 0 || is_owned()) {
      internal::throw_misuse(std::errc::invalid_argument,
                             "RLock::lock_all: takes the levels that unlock_all gave up, and on top of none");
    }
    lock_.lock();
    own(depth);
  }

  /// For a condition, by the owner: see BasicLock.
  bool wake_at_unlock(const typename P::Word& word) noexcept requires requires(BasicLock<P>& lock) {
    lock.wake_at_unlock(word);
  }
  { return lock_.wake_at_unlock(word); }

  /// Whether the calling thread owns it. Exact.
  bool is_owned() const noexcept {
    // Relaxed: a thread finds its own tag here only if it wrote it itself, and always if it was the last to.
    return owner_.load(std::memory_order_relaxed) == internal::current_thread_tag();
  }

  /// How many levels the calling thread holds; zero if it is not the owner. Exact.
  Depth depth() const noexcept { return is_owned() ? depth_ : 0; }

  /// Whether anybody owns it. A hint: by the time the caller looks at it, it may have changed.
  bool is_locked() const noexcept { return lock_.is_locked(); }

 private:
  static constexpr Depth deepest = std::numeric_limits<Depth>::max();

  void enter_again() {
    if (depth_ == deepest) {
      internal::throw_misuse(std::errc::resource_unavailable_try_again,
                             "RLock::lock: locked 2^32-1 times by its owner; unlock as often as you lock");
    }
    ++depth_;
  }

  template <class Attempt>
  bool try_lock_with(Attempt attempt) {
    if (is_owned()) return depth_ != deepest && ++depth_ != 0;
    if (!attempt()) return false;
    own(1);
    return true;
  }

  void own(Depth depth) noexcept {
    // Relaxed: only the writer itself draws a conclusion from it.
    owner_.store(internal::current_thread_tag(), std::memory_order_relaxed);
    depth_ = depth;
  }

  void disown() {
    // Relaxed: see own().
    owner_.store(nullptr, std::memory_order_relaxed);
    lock_.unlock();
  }

  void expect_owned(const char* otherwise) const {
    if (!is_owned()) internal::throw_misuse(std::errc::operation_not_permitted, otherwise);
  }

  BasicLock<P> lock_;
  Depth depth_ = 0;  // the owner's
  typename P::template Atomic<const void*> owner_{nullptr};
};

using RLock = BasicRLock<internal::ThreadPlatform>;

}  // namespace contend
