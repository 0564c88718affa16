#pragma once

#include <cstddef>
#include <thread>

namespace contend::internal {

/// About as many pauses as a wake-up through the kernel takes (5 to 40 microseconds by CPU).
inline constexpr int pauses_per_wake_up = 1000;

inline bool has_one_cpu() {
  static const bool alone = std::thread::hardware_concurrency() == 1;
  return alone;
}

/// Looks for `ready()` up to `attempts` times with a pause between, and says whether it came. Looks only once
/// where there is a single CPU, since nobody could make it ready meanwhile.
template <class P, class Ready>
bool spin_until(Ready ready, int attempts = pauses_per_wake_up) {
  for (int attempt = has_one_cpu() ? attempts - 1 : 0; attempt < attempts; ++attempt) {
    if (ready()) return true;
    P::pause();
  }
  return false;
}

/// What it is worth waiting awake for: so many things to fetch from other threads in one go.
inline constexpr std::size_t several = 32;

/// How many pauses it is worth.
inline constexpr int patience_for_several = 127;

/// Waits awake for as long as what count() tells grows, until there are `enough`, but for `patience` pauses
/// at most. Looks only now and then, because every look takes the cache line with the count from those who
/// change it, and costs them more than what they count; so would fetching things one by one. Returns the
/// count.
template <class P, class Count>
std::size_t spin_while_it_grows(Count count, std::size_t enough, int patience) {
  constexpr int pauses_per_look = 16;
  std::size_t now = count();
  for (std::size_t seen = 0; now != seen && now < enough && patience > 0; patience -= pauses_per_look) {
    seen = now;
    for (int i = 0; i < pauses_per_look; ++i) P::pause();
    now = count();
  }
  return now;
}

/// Waits awake for a short while, about 100 pauses, until others have made something that count() tells,
/// looking less and less often, and then as long as it grows.
template <class P, class Count>
void spin_for_several(Count count, std::size_t enough) {
  if (has_one_cpu()) return;
  for (int pauses = 1, patience = patience_for_several; patience > 0; patience -= pauses, pauses *= 2) {
    for (int i = 0; i < pauses; ++i) P::pause();
    if (count() != 0) {
      spin_while_it_grows<P>(count, enough, patience);
      return;
    }
  }
}

}  // namespace contend::internal
