#pragma once

#include <cstdint>

#include "primitives/internal/offer_cpu.h"

// What a condition needs of the lock it is used with, beyond lock() and unlock().
namespace contend::internal {

/// False where the lock can tell that the caller does not hold it: exact for a lock that knows its owner, else
/// only that nobody holds it at all.
template <class L>
bool may_be_held(const L& lock) {
  if constexpr (requires { lock.is_owned(); }) {
    return lock.is_owned();
  } else if constexpr (requires { lock.is_locked(); }) {
    return lock.is_locked();
  } else {
    return true;
  }
}

/// Unlocks however deep it is locked, and returns what take_back() needs.
template <class L>
auto give_up(L& lock) {
  if constexpr (requires { lock.unlock_all(); }) {
    return lock.unlock_all();
  } else {
    lock.unlock();
    return std::uint32_t{1};
  }
}

/// By the holder of the lock: wakes who sleeps on `word` and will want the lock; once it is free, if the lock can do
/// that.
template <class P, class L>
void wake_when_free(L& lock, const typename P::Word& word) {
  if constexpr (requires { lock.wake_at_unlock(word); }) {
    if (lock.wake_at_unlock(word)) return;
  }
  P::wake(word, 1);
}

/// Who has just been woken often finds that its waker still holds the lock, and has even lost its CPU to the woken
/// thread. It is about to unlock: giving it a few turns is cheaper than falling asleep again.
template <class P, class L, class Levels>
void take_back(L& lock, Levels levels) {
  if constexpr (requires { lock.is_locked(); }) {
    constexpr int turns = 16;
    for (int turn = 0; turn < turns && lock.is_locked() && offer_cpu<P>();) ++turn;
  }
  if constexpr (requires { lock.lock_all(levels); }) {
    lock.lock_all(levels);
  } else {
    lock.lock();
  }
}

}  // namespace contend::internal
