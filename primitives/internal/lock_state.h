#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <type_traits>

namespace contend::internal {

/// A Lock is this, and a bucket that it shares with others.
template <class P>
struct alignas(2) LockState {
  typename P::template Atomic<bool> held{false};
  /// How often it has been unlocked, for waiters that want to know whether it changes hands fast.
  typename P::template Atomic<std::uint8_t> turn{0};

  bool try_lock() noexcept { return !held.exchange(true); }

  // Relaxed, here and below: a hint.
  std::uint8_t next_turn() const noexcept { return turn.load(std::memory_order_relaxed) + 1; }

  /// By the holder: frees it, counts that, and tells the turn. In one store where atomics are the CPU's. Of two stores the
  /// next atomic instruction would have to await the one after the other (0.3 ns of 7). That a store covers what others
  /// read and exchange by the byte is beyond the standard; Linux's queued spin locks do it on every machine.
  std::uint8_t free() noexcept {
    const std::uint8_t next = next_turn();
    if constexpr (std::is_same_v<decltype(held), std::atomic<bool>>) {
      using BothBytes [[gnu::may_alias]] = std::uint16_t;
      const auto freed = std::bit_cast<std::uint16_t>(std::array<std::uint8_t, 2>{0, next});
      // Release pairs with the acquire of whoever locks next, who may destroy the object at once.
      __atomic_store_n(reinterpret_cast<BothBytes*>(this), freed, __ATOMIC_RELEASE);
    } else {
      turn.store(next, std::memory_order_relaxed);
      held.store(false, std::memory_order_release);  // as above
    }
    return next;
  }

  /// The same by a read-modify-write, which no later load overtakes.
  std::uint8_t free_in_order() noexcept {
    const std::uint8_t next = next_turn();
    turn.store(next, std::memory_order_relaxed);
    held.exchange(false);
    return next;
  }
};

}  // namespace contend::internal
