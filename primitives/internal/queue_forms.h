#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/parking.h"

namespace contend::internal {

/// The forms that every queue of ours offers, made from the few that differ: Derived has bool
/// try_push(T&&), std::optional<T> try_pop(), bool is_closed() const, bool is_drained(), and bool
/// push_until(T&, Deadline), std::optional<T> pop_until(Deadline).
///
/// A push returns true once the item is in. False says full (try), full until the deadline (timed) or
/// closed (any), and has left the value alone. A pop returns the item; empty says empty (try), empty until
/// the deadline (timed) or closed and drained (any). Where a timed form failed, is_closed() or is_drained()
/// tells which. A negative timeout polls; duration::max() waits for ever.
template <class Derived, class T>
class QueueForms {
 public:
  using value_type = T;

  bool try_push(const T& value) requires std::copy_constructible<T> {
    T copy(value);
    return self().try_push(std::move(copy));
  }

  /// Waits for room.
  bool push(T&& value) {
    return self().try_push(std::move(value)) || self().push_until(value, Deadline::never());
  }
  bool push(const T& value) requires std::copy_constructible<T> {
    T copy(value);
    return push(std::move(copy));
  }

  template <class Rep, class Period>
  bool try_push_for(T&& value, const std::chrono::duration<Rep, Period>& timeout) {
    return self().try_push(std::move(value)) || self().push_until(value, Deadline::after(timeout));
  }
  template <class Rep, class Period>
  requires std::copy_constructible<T>
  bool try_push_for(const T& value, const std::chrono::duration<Rep, Period>& timeout) {
    T copy(value);
    return try_push_for(std::move(copy), timeout);
  }

  template <class Clock, class Duration>
  bool try_push_until(T&& value, const std::chrono::time_point<Clock, Duration>& when) {
    bool pushed = false;
    retry_until(when, [&](Deadline deadline) {
      pushed = self().push_until(value, deadline);
      return pushed || self().is_closed();
    });
    return pushed;
  }
  template <class Clock, class Duration>
  requires std::copy_constructible<T>
  bool try_push_until(const T& value, const std::chrono::time_point<Clock, Duration>& when) {
    T copy(value);
    return try_push_until(std::move(copy), when);
  }

  /// Waits for an item. Empty: closed and drained, nothing will ever come.
  std::optional<T> pop() {
    std::optional<T> item = self().try_pop();
    if (!item) [[unlikely]]
      return self().pop_until(Deadline::never());
    return item;
  }

  template <class Rep, class Period>
  std::optional<T> try_pop_for(const std::chrono::duration<Rep, Period>& timeout) {
    std::optional<T> item = self().try_pop();
    if (!item) [[unlikely]]
      return self().pop_until(Deadline::after(timeout));
    return item;
  }

  template <class Clock, class Duration>
  std::optional<T> try_pop_until(const std::chrono::time_point<Clock, Duration>& when) {
    std::optional<T> item;
    // Not assigned: T need not be assignable.
    retry_until(when, [&](Deadline deadline) {
      if (auto popped = self().pop_until(deadline)) item.emplace(std::move(*popped));
      return item.has_value() || self().is_drained();
    });
    return item;
  }

 protected:
  /// pop_until() of a queue whose consumers sleep in `items` for as long as blocked().
  template <class P, class Blocked>
  std::optional<T> await_item(Parking<P>& items, Deadline deadline, Blocked blocked) {
    std::optional<T> item;
    const auto attempt = [&] {
      if (auto popped = self().try_pop()) item.emplace(std::move(*popped));
      return item.has_value();
    };
    items.await(
        deadline, attempt, [&] { return self().is_drained(); }, blocked);
    return item;
  }

  /// push_until(), the same.
  template <class P, class Blocked>
  bool await_room(Parking<P>& room, T& value, Deadline deadline, Blocked blocked) {
    bool pushed = false;
    const auto attempt = [&] { return pushed = self().try_push(std::move(value)); };
    room.await(
        deadline, attempt, [&] { return self().is_closed(); }, blocked);
    return pushed;
  }

 private:
  Derived& self() noexcept { return static_cast<Derived&>(*this); }
};

}  // namespace contend::internal
