#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "primitives/internal/item_slots.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/spin_until.h"
#include "primitives/internal/worker_seats.h"

namespace contend::internal {

/// The slots and the seats of a process pool together: who waits for whom, and who wakes whom.
///
/// Nobody waits for ever:
/// - A worker sleeps only when, after its announcement, it saw no unclaimed item. Items come from the parent
///   alone, who looks for announcements after publishing, and, if an item is still unclaimed, wakes all
///   sleepers before it sleeps itself. So while the parent sleeps, each item is claimed, or every worker, and
///   every successor of a dead one, looks for items before it sleeps.
/// - The parent sleeps on an item that is marked as watched. Who makes it final wakes the parent; if its worker
///   dies before that, or between the two steps, worker_died() does.
template <class P = SharedPlatform>
class ItemBoard {
 public:
  using Position = typename ItemSlots<P>::Position;

  /// `attempts`: how often to look before sleeping.
  ItemBoard(std::size_t workers, std::size_t capacity, int attempts = pauses_per_wake_up)
      : slots_(capacity), seats_(workers), attempts_(attempts) {}

  ItemSlots<P>& slots() { return slots_; }
  const ItemSlots<P>& slots() const { return slots_; }

  /// @name For a worker
  /// @{

  void start(unsigned worker) { seats_.start(worker); }

  /// Waits for an item and claims it. Nothing if `is_wanted()` has become false, which it looks at before
  /// each sleep; a sleep ends after `longest_sleep` at the latest.
  template <class IsWanted>
  std::optional<Position> next_item(unsigned worker, std::chrono::nanoseconds longest_sleep,
                                    IsWanted is_wanted) {
    std::optional<Position> claimed = slots_.try_claim(worker);
    const auto try_claim = [&] { return (claimed = slots_.try_claim(worker)).has_value(); };
    while (!claimed) {
      if (spin_until<P>(try_claim, attempts_)) break;
      if (!is_wanted()) break;
      seats_.sleep(worker, longest_sleep, [&] { return try_claim() || !is_wanted(); });
    }
    return claimed;
  }
  /// @}

  /// @name For the parent
  /// @{

  /// To be called after `items` were published.
  void wake_for(std::size_t items) { seats_.wake_for(items); }

  /// Until the position is final (true), or interrupt() was called and `give_up()` holds (false).
  template <class GiveUp>
  bool wait_for(Position position, GiveUp give_up) {
    if (spin_until<P>([&] { return slots_.is_final(position); }, attempts_)) return true;
    if (slots_.has_queued()) seats_.wake_sleepers();
    return slots_.sleep_until_final(position, give_up);
  }

  void interrupt() { slots_.interrupt(); }
  void wake_sleepers() { seats_.wake_sleepers(); }

  /// The process of this seat is gone, and the next one not yet there: what it had claimed becomes lost. Says
  /// whether it had come as far as start().
  bool worker_died(unsigned worker, std::uint64_t how) {
    const bool had_started = seats_.vacate(worker);
    slots_.mark_lost(worker, how);
    slots_.interrupt();
    return had_started;
  }
  /// @}

 private:
  ItemSlots<P> slots_;
  WorkerSeats<P> seats_;
  const int attempts_;
};

}  // namespace contend::internal
