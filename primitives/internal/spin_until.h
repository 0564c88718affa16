#pragma once

#include <thread>

namespace contend::internal {

/// About as many pauses as a wake-up through the kernel takes (5 to 40 microseconds by CPU).
inline constexpr int pauses_per_wake_up = 1000;

/// Looks for `ready()` up to `attempts` times with a pause between, and says whether it came. Looks only once
/// where there is a single CPU, since nobody could make it ready meanwhile.
template <class P, class Ready>
bool spin_until(Ready ready, int attempts = pauses_per_wake_up) {
  static const bool alone = std::thread::hardware_concurrency() == 1;
  for (int attempt = alone ? attempts - 1 : 0; attempt < attempts; ++attempt) {
    if (ready()) return true;
    P::pause();
  }
  return false;
}

}  // namespace contend::internal
