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

/// Waits awake for a short while, about 100 pauses, until others have made something that count() tells, and as long as it
/// grows until there are several. Looks less and less often, because every look takes the cache line with the count
/// from those who change it, and costs them more than what they count; so would fetching things one by one.
template <class P, class Count>
void spin_for_several(Count count) {
  constexpr std::size_t several = 32;
  constexpr int patience = 127;
  constexpr int pauses_while_it_grows = 8;
  if (has_one_cpu()) return;
  std::size_t seen = 0;
  for (int pauses = 1, left = patience; left > 0; left -= pauses) {
    for (int i = 0; i < pauses; ++i) P::pause();
    const std::size_t now = count();
    if (now >= several || (now > 0 && now == seen)) return;
    seen = now;
    pauses = now > 0 ? pauses_while_it_grows : 2 * pauses;
  }
}

}  // namespace contend::internal
