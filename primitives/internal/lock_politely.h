#pragma once

namespace contend::internal {

/// Locks `guard`, leaving the lock alone for longer and longer before waiting for it in earnest. For short
/// sections that a thread enters again and again: its neighbours then get several in a row each, with the data
/// in their cache, where threads that are quick to take a freed lock hand it, and the data, over every time.
template <class P, class Guard>
void lock_politely(Guard& guard) {
  constexpr int shortest = 16;  // pauses
  constexpr int longest = 512;
  for (int patience = shortest; !guard.try_lock(); patience *= 2) {
    if (patience > longest) return guard.lock();
    for (int i = 0; i < patience; ++i) P::pause();
  }
}

}  // namespace contend::internal
