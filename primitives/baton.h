#pragma once

#include <cerrno>
#include <concepts>
#include <utility>

namespace contend {

/// What a thread must hold to compute and lets go of to wait: a global interpreter lock (gil.h). An interface, so
/// that any work runs under such a lock, or under none, if it marks where it waits and where it may be interrupted.
///
/// Code that computes for long calls checkpoint() now and then; code that waits in the kernel does so inside
/// blocking(). Cost where the thread is under no baton: one load of a thread-local.
class Baton {
 public:
  virtual void take() = 0;
  /// By the holder.
  virtual void drop() = 0;
  /// By the holder: lets others go first where it is their turn, and returns holding.
  virtual void poll() = 0;

 protected:
  ~Baton() = default;
};

namespace internal {
inline constinit thread_local Baton* current_baton = nullptr;
}  // namespace internal

/// This thread is under `baton` from here to the end of the scope, and holds it but for its waits. Null: under none.
/// Not to be nested.
class UnderBaton {
 public:
  explicit UnderBaton(Baton* baton) : baton_(baton) {
    if (baton_ != nullptr) baton_->take();
    internal::current_baton = baton_;
  }
  ~UnderBaton() {
    internal::current_baton = nullptr;
    if (baton_ != nullptr) baton_->drop();
  }
  UnderBaton(const UnderBaton&) = delete;
  UnderBaton& operator=(const UnderBaton&) = delete;

 private:
  Baton* const baton_;
};

/// Others may go first here. For loops that compute, about every microsecond.
inline void checkpoint() {
  if (internal::current_baton != nullptr) internal::current_baton->poll();
}

/// Calls `wait()` without the baton, and returns what it does. Keeps errno.
template <std::invocable Wait>
decltype(auto) blocking(Wait wait) {
  class Away {
   public:
    Away() : baton_(std::exchange(internal::current_baton, nullptr)) {
      if (baton_ != nullptr) baton_->drop();
    }
    ~Away() {
      if (baton_ == nullptr) return;
      const int error = errno;
      baton_->take();
      internal::current_baton = baton_;
      errno = error;
    }
    Away(const Away&) = delete;
    Away& operator=(const Away&) = delete;

   private:
    Baton* const baton_;
  };
  const Away away;
  return wait();
}

}  // namespace contend
