#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/parking.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/queue_forms.h"
#include "primitives/internal/ring_storage.h"
#include "primitives/queue_shut_down.h"

namespace contend {

/// A bounded queue between any number of producers and consumers. Not for one of each (SpscRing is 2 to 3
/// times as fast), not where the bound is unknown.
///
/// - push, pop and their timed forms are in internal::QueueForms. Every call is anybody's. No call may be
///   in progress when the ring is destroyed; what is left in it is destroyed with it.
/// - First in, first out, in the order in which the pushes claimed their slots: each consumer gets the
///   items of one producer in the order of their pushes. The capacity is exact, 1 included. T needs neither
///   a default constructor nor assignment, but its move must not throw.
/// - Memory order: what happened before a push happens before the return of the pop that gets the item;
///   what happened before a pop happens before the push that uses its slot.
/// - Progress: a try form that meets another at its end pauses 64 times before it tries again; otherwise it does
///   not wait. A thread that is stopped between the claim of its slot and the end of its push or pop, a few
///   instructions later, holds up those whose turn is that slot: they are told empty or full though later slots
///   may be ready. No order of arrival among the waiting.
/// - A process that is killed at that point, between its claim and the end of its call, is waited for in
///   vain: what was pushed behind a producer's slot stays unread, and a consumer's slot is free no more, so
///   that in the end nothing can be pushed. Timed forms still return, and close(immediate) ends every wait.
///   Where processes may be killed, give each pair of them a SharedSpscRing, which survives that anywhere.
///   A process that is killed just as it is woken takes that wake-up along: the next push, pop or close
///   wakes another.
/// - close() refuses later pushes. Pops go on until the ring is empty. Every push that returned true is
///   popped if the consumers go on until is_drained(). close(ShutdownMode::immediate) ends the pops too:
///   none that begins later gets an item. What is left is destroyed with the ring.
/// - Cost of a push or a pop: one compare-and-swap on the index that its side shares, one store to the
///   slot. Blocking forms cost one load more, of a word that rarely changes. A thread sleeps after about
///   100 pauses by a futex call; waking it is another. The ring is 4 cache lines, a slot is T and 8 bytes.
///
/// SharedMpmcRing lies with its slots in memory shared between processes and needs a trivially copyable T.
///
/// Source: Vyukov's bounded MPMC queue; laps and the closed bit as in crossbeam's array queue and channel.
template <internal::RingItem T, class P = internal::ThreadPlatform>
class MpmcRing : public internal::QueueForms<MpmcRing<T, P>, T> {
  using Forms = internal::QueueForms<MpmcRing<T, P>, T>;
  friend Forms;

 public:
  /// Throws std::invalid_argument for capacity 0, or one whose slots could not be addressed.
  explicit MpmcRing(std::size_t capacity, internal::FirstIndex first = {}) requires(!P::between_processes)
      : slots_(internal::checked_capacity<Slot>(capacity)), capacity_(capacity) {
    start_at(first.value);
  }

  /// With its slots in the caller's memory, which outlives the ring. Where the ring is shared between
  /// processes, both it and `storage` lie in one mapping.
  MpmcRing(std::size_t capacity, std::span<std::byte> storage) requires std::is_trivially_copyable_v<T>
      : slots_(internal::checked_capacity<Slot>(capacity), storage), capacity_(capacity) {
    start_at(0);
  }

  MpmcRing(const MpmcRing&) = delete;
  MpmcRing& operator=(const MpmcRing&) = delete;

  ~MpmcRing() {
    const Index tail = tail_.load() & ~closed_bit_;
    for (Index at = head_.load() & ~closed_bit_; at != tail; at = next(at)) std::destroy_at(slot(at).item());
  }

  static constexpr std::size_t storage_bytes(std::size_t capacity) {
    return internal::checked_capacity<Slot>(capacity) * sizeof(Slot);
  }

  std::size_t capacity() const noexcept { return capacity_; }

  using Forms::try_push;
  bool try_push(T&& value) { return try_push_n(std::span<T, 1>(&value, 1)) == 1; }

  /// Moves the first values in, as many as there are free slots in a row, and returns how many; the rest is
  /// left alone. They get neighbouring places, by one compare-and-swap.
  template <std::size_t extent>
  std::size_t try_push_n(std::span<T, extent> values) {
    const auto [first, count] = claim(tail_, free_turn, values.size());
    Index at = first;
    for (std::size_t i = 0; i < count; ++i, at = next(at)) {
      std::construct_at(slot(at).item(), std::move(values[i]));
      // Pairs with the load of the stamp in run_of() by the consumer.
      slot(at).stamp.store(at + full_turn, std::memory_order_release);
    }
    if (count != 0) notify(items_, count);
    return count;
  }

  std::optional<T> try_pop() {
    const auto [at, count] = claim(head_, full_turn, 1);
    if (count == 0) return std::nullopt;
    std::optional<T> result(std::move(*slot(at).item()));
    vacate(at);
    notify(room_, 1);
    return result;
  }

  /// Writes up to `most` items, neighbours in the ring, to `out` and returns how many.
  template <internal::RingSink<T> Out>
  std::size_t try_pop_n(Out out, std::size_t most) {
    const auto [first, count] = claim(head_, full_turn, most);
    Index at = first;
    for (std::size_t i = 0; i < count; ++i, ++out, at = next(at)) {
      *out = std::move(*slot(at).item());
      vacate(at);
    }
    if (count != 0) notify(room_, count);
    return count;
  }

  void close(ShutdownMode mode = ShutdownMode::drain) noexcept {
    is_closing_.store(true);
    tail_.fetch_or(closed_bit_);
    if (mode == ShutdownMode::immediate) head_.fetch_or(closed_bit_);
    items_.wake_all();
    room_.wake_all();
  }

  bool is_closed() const noexcept { return (tail_.load() & closed_bit_) != 0; }

  /// Closed, and nothing will ever be popped again.
  bool is_drained() const noexcept {
    if (!is_closing_.load()) return false;
    const Index head = head_.load();
    return (head & closed_bit_) != 0 || tail_.load() == (head | closed_bit_);
  }

 private:
  /// An index is | lap | closed | slot |, the slot's field just wide enough. close() gives tail_ the closed
  /// bit, and head_ too where it is immediate; that end is final then, because a claim is a compare-and-swap
  /// from an index without it. A slot's stamp says whose turn it is, and in which lap:
  ///
  /// | stamp             | slot | becomes                                                   |
  /// |-------------------|------|-----------------------------------------------------------|
  /// | index + free_turn | free | full, by the producer that moved tail_ past it            |
  /// | index + full_turn | full | free in the next lap, by the consumer that moved head_ on |
  ///
  /// A lap is at least 2 indices long, so the two differ even at capacity 1. All arithmetic is modulo 2^64.
  using Index = std::uint64_t;
  static constexpr Index free_turn = 0;
  static constexpr Index full_turn = 1;

  template <class U>
  using Atomic = typename P::template Atomic<U>;

  struct Slot {
    Atomic<Index> stamp;
    alignas(T) std::byte bytes[sizeof(T)];

    T* item() noexcept { return std::launder(reinterpret_cast<T*>(bytes)); }
  };

  struct Claim {
    Index first;
    std::size_t count;
  };

  void start_at(Index first) noexcept {
    closed_bit_ = std::bit_ceil(capacity_);
    const Index start = first & ~(lap() - 1);
    tail_.store(start);
    head_.store(start);
    for (Index i = 0; i < capacity_; ++i) std::construct_at(slots_[i])->stamp.store(start + i + free_turn);
  }

  Index lap() const noexcept { return closed_bit_ * 2; }
  Slot& slot(Index index) const noexcept { return *slots_[index & (closed_bit_ - 1)]; }

  Index next(Index index) const noexcept {
    const Index place = index & (closed_bit_ - 1);
    return place + 1 < capacity_ ? index + 1 : index - place + lap();
  }

  /// How many slots from `index` on, up to `most`, wait for this turn; `index` ends behind them.
  std::size_t run_of(Index turn, std::size_t most, Index& index) const noexcept {
    std::size_t count = 0;
    // Acquire: pairs with the release stores of the stamp by the slot's last user.
    while (count < most && slot(index).stamp.load(std::memory_order_acquire) == index + turn) {
      index = next(index);
      ++count;
    }
    return count;
  }

  /// Whether the slot has still to be used by the other side before it is this turn's.
  bool is_behind(Index index, Index turn) const noexcept {
    const Index stamp = slot(index).stamp.load(std::memory_order_acquire);  // as in run_of()
    return static_cast<std::int64_t>(stamp - (index + turn)) < 0;
  }

  /// Moves `end` past up to `most` slots whose turn it is: they are the caller's then, and nobody else's.
  Claim claim(Atomic<Index>& end, Index turn, std::size_t most) noexcept {
    // Relaxed: a guess, checked by the stamp and by the compare-and-swap.
    Index first = end.load(std::memory_order_relaxed);
    for (;;) {
      if ((first & closed_bit_) != 0) return {first, 0};
      Index last = first;
      const std::size_t count = run_of(turn, most, last);
      if (count != 0) {
        // seq_cst: pairs with blocked_on_*(), see notify(). Relaxed where it fails: a new guess.
        if (end.compare_exchange_strong(first, last, std::memory_order_seq_cst, std::memory_order_relaxed)) {
          return {first, count};
        }
        first = look_again_later(end);
      } else {
        if (most == 0 || is_behind(first, turn)) return {first, 0};
        first = end.load(std::memory_order_relaxed);
      }
    }
  }

  /// Somebody else is at work at this end, and has it in its cache. Who tries again at once takes it away, and so on
  /// to and fro, at twice what a few claims in a row each would cost.
  static Index look_again_later(const Atomic<Index>& end) noexcept {
    constexpr int pauses = 64;
    for (int i = 0; i < pauses; ++i) P::pause();
    return end.load(std::memory_order_relaxed);  // as in claim()
  }

  void vacate(Index at) noexcept {
    std::destroy_at(slot(at).item());
    // Pairs with the load of the stamp in run_of() by the producer of the next lap.
    slot(at).stamp.store(at + lap() + free_turn, std::memory_order_release);
  }

  /// Why no wake-up is lost. A thread sleeps only after it has announced itself and then found either
  ///
  /// 1. by the indices, nothing to claim. Every later claim is a seq_cst compare-and-swap, and the load
  ///    below, which follows it, sees the announcement. No fence.
  /// 2. something to claim, but the first in line not finished with its slot. Either the sleeper's heavy
  ///    fence lets it see the stamp, or the other, after the light fence, sees the announcement.
  ///
  /// So while there is something to claim, or the ring is closed, and somebody sleeps, there is also a grant
  /// on its way, an awake waiter that has yet to look, or a claimer that has yet to come here. Who stops
  /// waiting restores that by passing on: in case 2 the wake-up for a later slot was spent in vain. Looking for
  /// sleepers first is enough, because who announces itself after that looks at the slots itself.
  void notify(internal::Parking<P>& sleepers, std::size_t count) noexcept {
    P::light_fence();
    if (sleepers.has_sleepers(std::memory_order_seq_cst)) [[unlikely]]
      sleepers.wake(count);
  }

  bool blocked_on_items() const noexcept {
    const Index head = head_.load();
    const Index tail = tail_.load();
    if ((head & closed_bit_) != 0) return false;
    if (head == tail) return true;
    if ((head | closed_bit_) == tail) return false;  // drained
    return stays_behind(head, full_turn);
  }

  bool blocked_on_room() const noexcept {
    const Index tail = tail_.load();
    if ((tail & closed_bit_) != 0) return false;
    if (head_.load() + lap() == tail) return true;
    return stays_behind(tail, free_turn);
  }

  bool stays_behind(Index index, Index turn) const noexcept {
    if (!is_behind(index, turn)) return false;
    P::heavy_fence();
    return is_behind(index, turn);
  }

  [[gnu::noinline]] std::optional<T> pop_until(internal::Deadline deadline) {
    std::optional<T> item = Forms::await_item(items_, deadline, [&] { return blocked_on_items(); });
    // Where the ring is closed they differ by the closed bit: who slept through the last item learns of the end.
    if (items_.has_sleepers(std::memory_order_seq_cst) && head_.load() != tail_.load()) items_.pass_on();
    return item;
  }

  [[gnu::noinline]] bool push_until(T& value, internal::Deadline deadline) {
    const bool pushed = Forms::await_room(room_, value, deadline, [&] { return blocked_on_room(); });
    if (room_.has_sleepers(std::memory_order_seq_cst) && head_.load() + lap() != tail_.load())
      room_.pass_on();
    return pushed;
  }

  // Never written after construction.
  alignas(internal::cache_line_size) internal::RingStorage<Slot> slots_;
  std::size_t capacity_;
  Index closed_bit_ = 0;

  alignas(internal::cache_line_size) Atomic<Index> tail_;
  alignas(internal::cache_line_size) Atomic<Index> head_;

  // Read by both sides, written only to sleep and to wake.
  alignas(internal::cache_line_size) internal::Parking<P> items_;
  internal::Parking<P> room_;
  // Before tail_ says so: a consumer that waits leaves the line of tail_ alone.
  Atomic<bool> is_closing_{false};
};

/// Between processes, or between mappings of one piece of memory at different addresses.
template <internal::RingItem T>
using SharedMpmcRing = MpmcRing<T, internal::SharedPlatform>;

}  // namespace contend
