#pragma once

#include <chrono>
#include <string>
#include <unordered_set>
#include <utility>

#include "primitives/concepts.h"

namespace contend {

namespace internal {

/// A lock's place in the order in which the program takes locks, one graph for the whole process. An edge
/// from A to B says that B has been waited for by a thread that held A.
class OrderedLock {
 public:
  explicit OrderedLock(std::string name);
  OrderedLock(const OrderedLock&) = delete;
  OrderedLock& operator=(const OrderedLock&) = delete;
  ~OrderedLock();

  /// Before the calling thread waits for it. Throws where that would close a cycle.
  void expect(bool is_reentrant);
  /// The calling thread has it.
  void locked();
  /// Whoever has it is about to unlock it.
  void unlocked();

  const std::string& name() const { return name_; }

 private:
  friend class LockGraph;

  const std::string name_;
  std::unordered_set<OrderedLock*> later_;    // waited for while this one was held
  std::unordered_set<OrderedLock*> earlier_;  // held while this one was waited for
};

}  // namespace internal

/// A lock that finds deadlocks before they happen, for debug builds: it remembers which locks have been taken
/// while which others were held, by whom ever, and refuses to close a cycle, though no thread may be waiting
/// just then.
///
///   Checked<Lock> accounts("accounts");
///   Checked<Lock> journal("journal");
///
/// One thread takes journal while it holds accounts, another, some time, the other way round: its lock()
/// throws std::system_error(resource_deadlock_would_occur), naming both. So does taking a lock again that is
/// not reentrant. std::scoped_lock over several is not a fault: it waits for one with none in hand, and only
/// tries the others.
///
/// Not for release builds, nor for measuring. try_lock() and the timed forms are not checked, since they
/// can't wait for ever, but what is taken by them counts as held. Two locks with the same two names in two
/// orders are told apart: the order is that of objects, not of names. Any thread may unlock what it may
/// unlock of an L. A condition over it that takes the lock back in a wrong order ends the program with the same words.
/// Cost: a lock of the whole process and a search of the graph per lock(). Source: as the Linux kernel's lockdep, for
/// locks rather than for classes of them.
template <Lockable L>
class Checked {
  static constexpr bool is_reentrant = requires(const L& lock) { lock.depth(); };

 public:
  /// The name is for messages.
  explicit Checked(std::string name) : order_(std::move(name)) {}

  void lock() {
    order_.expect(is_reentrant);
    lock_.lock();
    order_.locked();
  }

  bool try_lock() { return note(lock_.try_lock()); }

  template <class Rep, class Period>
  requires TimedLockable<L>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return note(lock_.try_lock_for(timeout));
  }

  template <class Clock, class Duration>
  requires TimedLockable<L>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& when) {
    return note(lock_.try_lock_until(when));
  }

  void unlock() {
    order_.unlocked();  // first: the next holder may destroy the lock
    lock_.unlock();
  }

  // What a condition asks of L, where L has it.
  bool is_locked() const requires requires(const L& lock) { lock.is_locked(); }
  { return lock_.is_locked(); }
  bool is_owned() const requires requires(const L& lock) { lock.is_owned(); }
  { return lock_.is_owned(); }
  auto depth() const requires is_reentrant { return lock_.depth(); }
  auto unlock_all() requires is_reentrant {
    for (auto level = lock_.depth(); level > 0; --level) order_.unlocked();
    return lock_.unlock_all();
  }
  template <class Depth>
  requires is_reentrant void lock_all(Depth depth) {
    order_.expect(is_reentrant);
    lock_.lock_all(depth);
    for (; depth > 0; --depth) order_.locked();
  }

  const std::string& name() const { return order_.name(); }
  L& unchecked() { return lock_; }

 private:
  bool note(bool locked) {
    if (locked) order_.locked();
    return locked;
  }

  internal::OrderedLock order_;
  L lock_;
};

}  // namespace contend
