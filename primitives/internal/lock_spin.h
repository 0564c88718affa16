#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>

#include "primitives/internal/deadline.h"
#include "primitives/internal/lock_bucket.h"
#include "primitives/internal/lock_state.h"
#include "primitives/internal/lock_tuning.h"

namespace contend::internal {

/// One thread's looks at a lock that it wants, before it sleeps. Nobody relies on who looks.
template <class P>
class LockSpin {
 public:
  LockSpin(LockState<P>& state, LockBucket<P>& bucket) : state_(state), bucket_(bucket) {}

  /// To become the heir moves a cache line, which threads that meet often would pass to and fro. Short
  /// sections are over before that. Ends early where the lock is lively.
  bool unannounced() noexcept {
    if (budget() == 0) return false;
    const std::uint8_t first_turn = turn();
    for (int look = 1; look <= tuning.first_looks; ++look) {
      pause(tuning.first_pause);
      lively_ = changes_since(first_turn) > look;
      if (lively_) return false;
      if (take_if_free()) return true;
    }
    for (int look = 0; look < tuning.later_looks; ++look) {
      pause(tuning.later_pause);
      if (take_if_free()) return true;
    }
    return false;
  }

  /// Lets others run here, of whom one may be the holder. Where all of them want the lock, a switch to the next is
  /// cheaper than a sleep and a wake-up. Ends where nobody takes the CPU. Not by offer_cpu(): its limit takes others'
  /// time slices for a loss, but here they are spent with the lock.
  bool giving_way() noexcept {
    for (int yields = 0; yields < tuning.most_yields; ++yields) {
      const auto before = Deadline::Clock::now();
      P::yield();
      if (Deadline::Clock::now() - before < tuning.shortest_absence) return false;
      if (take_if_free()) return true;
    }
    return false;
  }

  /// Looks often at first, then every `longest_pause`. A lively lock does best where it is left alone for a
  /// while: its holder keeps the line. Such looks are far apart, and cheap.
  bool within_budget(Deadline deadline) noexcept {
    const std::uint32_t most = budget();
    const std::uint8_t first_turn = turn();
    std::uint32_t pauses = lively_ ? tuning.lively_pause : 1;
    for (std::uint32_t spent = 0; spent < most && !deadline.has_passed();) {
      pause(pauses);
      lively_ = lively_ || changes_since(first_turn) > 1;
      const bool may_take = !lively_ || pauses == tuning.lively_pause;
      if (may_take && take_if_free()) return true;
      spent += lively_ ? tuning.price_of_lively_pause : pauses;
      pauses = lively_ ? tuning.lively_pause : std::min(2 * pauses, tuning.longest_pause);
    }
    return false;
  }

  /// From an heir's looks. Towards the longest spin where spinning helped, towards the shortest where it did not.
  void learn(bool locked) noexcept {
    constexpr std::uint32_t most = tuning.longest_spin - tuning.shortest_spin;
    // Relaxed: see budget().
    const std::uint32_t less = bucket_.spin_less.load(std::memory_order_relaxed);
    const std::uint32_t learned = locked ? less - less / 4 - (less % 4 != 0) : less + (most - less + 3) / 4;
    if (learned != less) bucket_.spin_less.store(learned, std::memory_order_relaxed);
  }

  /// Of what it saw before it slept.
  void forget() noexcept { lively_ = false; }

 private:
  static constexpr LockTuning tuning = lock_tuning<P>;

  static void pause(std::uint32_t times) noexcept {
    for (; times > 0; --times) P::pause();
  }

  bool take_if_free() noexcept {
    // Relaxed: only a hint whether try_lock() is worth its write.
    return !state_.held.load(std::memory_order_relaxed) && state_.try_lock();
  }

  /// None where nobody else can run meanwhile.
  std::uint32_t budget() const noexcept {
    static const bool alone = std::thread::hardware_concurrency() == 1;
    // Relaxed: any budget is right.
    return alone ? 0 : tuning.longest_spin - bucket_.spin_less.load(std::memory_order_relaxed);
  }

  // Relaxed, here and below: a hint.
  std::uint8_t turn() const noexcept { return state_.turn.load(std::memory_order_relaxed); }

  /// How often it has been freed and taken since that turn, in which it was held.
  int changes_since(std::uint8_t first_turn) const noexcept {
    const bool is_free = !state_.held.load(std::memory_order_relaxed);
    return 2 * static_cast<std::uint8_t>(turn() - first_turn) - is_free;
  }

  LockState<P>& state_;
  LockBucket<P>& bucket_;
  bool lively_ = false;  // taken and freed since this thread began to look
};

}  // namespace contend::internal
