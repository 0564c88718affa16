#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <utility>

#include "primitives/internal/local_storage.h"

namespace contend {

/// One value per object and thread. What `thread_local` is for variables, this is for members, elements, and
/// whatever else comes and goes at run time.
///
///   ThreadLocal<std::vector<int>> scratch;
///   ThreadLocal<Connection> connection([&] { return Connection(address); });
///   scratch->push_back(1);
///
/// Not for one value per thread and program: a plain `thread_local` is faster and needs no object. Not for
/// passing values between threads: no thread can see another's.
///
/// Guarantees: a thread's value is made by the factory at its first use in that thread, and destroyed when
/// the thread or the object ends, whichever is first; the destructor of the object returns when all values
/// are gone. It may run at any time, also while threads end, and also after main. Factories run in several
/// threads at once. If a factory throws, the next use tries again. As with any object, nobody may use it any
/// more when it is destroyed, and a value's destructor must not destroy the object that the value belongs to.
/// A destructor that runs at a thread's end may use any ThreadLocal and gets a new value, which is destroyed
/// in turn, up to four rounds of that. Later ones, and those made by destructors of POSIX thread-specific
/// data, go with the object, and what the thread kept to find them is lost.
/// Cost: an access is two comparisons and a few loads. The first use in a thread is an allocation or two and
/// a lock of the whole process. 16 bytes per thread for every object that has ever been alive at the same
/// time. Source: a table per thread, indexed by object, as in folly's ThreadLocal.
template <class T>
class ThreadLocal {
 public:
  ThreadLocal() requires std::default_initializable<T> : ThreadLocal([] { return T(); }) {}

  /// `factory()` returns a thread's first value. T need not be movable.
  template <std::invocable F>
  explicit ThreadLocal(F factory)
      : make_([factory = std::move(factory)]() mutable { return std::make_unique<Value>(factory); }) {}

  ThreadLocal(const ThreadLocal&) = delete;
  ThreadLocal& operator=(const ThreadLocal&) = delete;

  /// The calling thread's value.
  T& get() {
    if (T* const value = find()) [[likely]]
      return *value;
    return make();
  }
  T& operator*() { return get(); }
  T* operator->() { return &get(); }

  /// The same, but null where the calling thread has not used it yet.
  T* find() noexcept {
    auto* const value = storage_.find();
    return value == nullptr ? nullptr : &static_cast<Value*>(value)->value;
  }

  /// Destroys the calling thread's value, if there is one. The next use makes a new one.
  void reset() { storage_.reset(); }

 private:
  struct Value : internal::LocalValue {
    template <class F>
    explicit Value(F& factory) : value(factory()) {}
    T value;
  };

  [[gnu::noinline]] T& make() {
    std::unique_ptr<Value> made = make_();
    T& value = made->value;
    storage_.attach(std::move(made));
    return value;
  }

  const std::function<std::unique_ptr<Value>()> make_;
  internal::LocalStorage storage_;
};

}  // namespace contend
