#pragma once

#include "primitives/internal/lock_waiter.h"

namespace contend::internal {

/// The waiters of all locks of one bucket, in order of arrival. Under the bucket's lock.
template <class P>
class LockQueue {
 public:
  using Waiter = LockWaiter<P>;

  void push_back(Waiter& waiter) noexcept { insert(waiter, last_, nullptr); }
  void push_front(Waiter& waiter) noexcept { insert(waiter, nullptr, first_); }

  bool empty() const noexcept { return first_ == nullptr; }

  /// One that is listed.
  void remove(Waiter& waiter) noexcept {
    (waiter.previous == nullptr ? first_ : waiter.previous->next) = waiter.next;
    (waiter.next == nullptr ? last_ : waiter.next->previous) = waiter.previous;
    waiter.listed = false;
  }

  /// Who has waited longest among those that are wanted; null where there is none.
  template <class Wanted>
  Waiter* find(Wanted wanted) const noexcept {
    Waiter* waiter = first_;
    while (waiter != nullptr && !wanted(*waiter)) waiter = waiter->next;
    return waiter;
  }

 private:
  void insert(Waiter& waiter, Waiter* previous, Waiter* next) noexcept {
    waiter.previous = previous;
    waiter.next = next;
    (previous == nullptr ? first_ : previous->next) = &waiter;
    (next == nullptr ? last_ : next->previous) = &waiter;
    waiter.listed = true;
  }

  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace contend::internal
