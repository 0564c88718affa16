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

namespace contend {

/// A bounded queue between one producer and one consumer. For a pipeline stage, or a request and a reply
/// path between two threads or processes. Not for several of either (MpmcRing), even one after the other
/// without synchronisation between them, and not where the bound is unknown (a queue that grows).
///
/// - push, pop and their timed forms are in internal::QueueForms. The push forms are the producer's, the
///   pop forms and is_drained() the consumer's; close() and is_closed() are anybody's. No call may be in
///   progress when the ring is destroyed; what is left in it is destroyed with it.
/// - First in, first out. The capacity is exact; the memory is that of the next power of two. T needs
///   neither a default constructor nor assignment, but its move must not throw.
/// - Memory order: what happened before a push happens before the return of the pop that gets the item;
///   what happened before a pop happens before the push that needed its room.
/// - Progress: try forms are wait-free. A thread that is stopped or killed anywhere never blocks the
///   other's try forms, and half a push is not seen.
/// - close() refuses later pushes. Pops go on until the ring is empty. Every push that returned true is
///   popped if the consumer goes on until is_drained(), also where it ran at the same time as close().
/// - Cost of a push or a pop: one plain store and no atomic read-modify-write or fence; the other side's
///   index is read only when the copy of it says full or empty. Blocking forms cost one load more, of a
///   word that rarely changes. A thread sleeps after about 100 pauses, and only the sleeper pays: a
///   membarrier (0.3 to 10 us) and a futex call; waking it is one system call. The ring object is 3 cache
///   lines.
///
/// SharedSpscRing lies with its slots in memory shared between processes and needs a trivially copyable T.
///
/// Source: Lamport 1983 for the indices; FastForward and MCRingBuffer (Lee et al. 2010) for the copies of
/// them; asymmetric fences as in folly and the kernel's RCU. The close protocol is our own, below.
template <internal::RingItem T, class P = internal::ThreadPlatform>
class SpscRing : public internal::QueueForms<SpscRing<T, P>, T> {
  using Forms = internal::QueueForms<SpscRing<T, P>, T>;
  friend Forms;

 public:
  /// Throws std::invalid_argument for capacity 0, or one whose slots could not be addressed.
  explicit SpscRing(std::size_t capacity, internal::FirstIndex first = {}) requires(!P::between_processes)
      : slots_(slot_count(capacity)), capacity_(capacity) {
    start_at(first.value);
  }

  /// With its slots in the caller's memory, which outlives the ring. Where the ring is shared between
  /// processes, both it and `storage` lie in one mapping.
  SpscRing(std::size_t capacity, std::span<std::byte> storage) requires std::is_trivially_copyable_v<T>
      : slots_(slot_count(capacity), storage), capacity_(capacity) {
    start_at(0);
  }

  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  ~SpscRing() {
    const Index tail = tail_.load();
    for (Index head = head_.load(); head != tail; ++head) std::destroy_at(slot(head));
  }

  static constexpr std::size_t storage_bytes(std::size_t capacity) {
    return slot_count(capacity) * sizeof(T);
  }

  std::size_t capacity() const noexcept { return capacity_; }

  using Forms::try_push;
  bool try_push(T&& value) { return try_push_n(std::span<T, 1>(&value, 1)) == 1; }

  /// Moves the first values in, as many as there is room for, and returns how many; the rest is left alone.
  /// The consumer sees them all at once.
  template <std::size_t extent>
  [[gnu::always_inline]] std::size_t try_push_n(std::span<T, extent> values) {
    // Relaxed: our own index.
    const Index tail = tail_.load(std::memory_order_relaxed);
    const std::size_t count = std::min(values.size(), room(tail, values.size()));
    // Relaxed: whoever closes while we publish is met in publish().
    if (count == 0 || phase_.load(std::memory_order_relaxed) != Phase::open) return 0;
    for (std::size_t i = 0; i < count; ++i) std::construct_at(slot(tail + i), std::move(values[i]));
    return publish(tail, values.first(count)) ? count : 0;
  }

  std::optional<T> try_pop() {
    // Relaxed: our own index.
    const Index head = head_.load(std::memory_order_relaxed);
    if (available(head, 1) == 0) return std::nullopt;
    T* const item = slot(head);
    std::optional<T> result(std::move(*item));
    std::destroy_at(item);
    release(head + 1);
    return result;
  }

  /// Writes up to `most` items to `out` and returns how many. The producer sees the room all at once.
  template <internal::RingSink<T> Out>
  std::size_t try_pop_n(Out out, std::size_t most) {
    // Relaxed: our own index.
    const Index head = head_.load(std::memory_order_relaxed);
    const std::size_t count = std::min(most, available(head, most));
    for (std::size_t i = 0; i < count; ++i, ++out) {
      *out = std::move(*slot(head + i));
      std::destroy_at(slot(head + i));
    }
    if (count != 0) release(head + count);
    return count;
  }

  void close() noexcept {
    Phase open = Phase::open;
    phase_.compare_exchange_strong(open, Phase::closed);
    items_.wake_all();
    room_.wake_all();
  }

  bool is_closed() const noexcept { return phase_.load() != Phase::open; }

  /// Closed, and nothing will ever be popped again. The consumer's to ask.
  bool is_drained() noexcept {
    Phase phase = phase_.load();
    if (phase == Phase::open || phase == Phase::drained) return phase == Phase::drained;
    const Index head = head_.load(std::memory_order_relaxed);  // our own index
    P::heavy_fence();                                          // pairs with publish()
    if (has_items(head)) return false;
    // Fails where the producer has sealed meanwhile: there is a last batch to pop.
    return phase_.compare_exchange_strong(phase, Phase::drained);
  }

 private:
  using Index = std::uint64_t;

  /// close() may come while the producer is publishing a batch. The producer then has to know whether the
  /// consumer will still look, and the consumer whether something will still come:
  ///
  /// | phase   | a push     | a pop        | becomes                                                 |
  /// |---------|------------|--------------|---------------------------------------------------------|
  /// | open    | goes in    | takes        | closed, by close()                                      |
  /// | closed  | is refused | takes        | sealed, by a producer that published and found it so;   |
  /// |         |            |              | drained, by a consumer that finds nothing               |
  /// | sealed  | is refused | takes        | drained, by a consumer that finds nothing               |
  /// | drained | is refused | gets nothing | (a producer that published too late takes it back)      |
  ///
  /// The fences make one of the two see the other: either the producer sees that the ring is closed, or the
  /// consumer, which fences after it has seen that, sees the batch. The compare-exchange decides the rest.
  enum class Phase : std::uint32_t { open, closed, sealed, drained };

  static constexpr std::size_t slot_count(std::size_t capacity) {
    return std::bit_ceil(internal::checked_capacity<T>(capacity));
  }

  void start_at(Index first) noexcept {
    tail_.store(first);
    head_.store(first);
    head_copy_ = tail_copy_ = first;
    mask_ = slot_count(capacity_) - 1;
  }

  T* slot(Index index) const noexcept { return slots_[index & mask_]; }

  /// The producer's: free slots, at least `wanted` if there are so many.
  std::size_t room(Index tail, std::size_t wanted) noexcept {
    if (capacity_ - (tail - head_copy_) < wanted) {
      head_copy_ = head_.load(std::memory_order_acquire);  // pairs with release()
    }
    return capacity_ - (tail - head_copy_);
  }

  /// The consumer's: published items, at least `wanted` if there are so many.
  std::size_t available(Index head, std::size_t wanted) noexcept {
    // Relaxed: only the consumer itself sets drained.
    if (tail_copy_ - head < wanted && phase_.load(std::memory_order_relaxed) != Phase::drained) {
      tail_copy_ = tail_.load(std::memory_order_acquire);  // pairs with publish()
    }
    return tail_copy_ - head;
  }

  bool has_items(Index head) const noexcept {
    return tail_.load(std::memory_order_acquire) != head;  // pairs with publish()
  }

  /// False: too late, the batch is back in `values`.
  template <std::size_t extent>
  bool publish(Index tail, std::span<T, extent> values) noexcept {
    const Index end = tail + values.size();
    tail_.store(end, std::memory_order_release);  // pairs with available() and has_items()
    // Pairs with the heavy fences of is_drained() and of the sleeping consumer: the loads below come after
    // the store above, so they may be relaxed.
    P::light_fence();
    if (phase_.load(std::memory_order_relaxed) != Phase::open) [[unlikely]] {
      if (!counts(end)) return take_back(tail, std::span<T>(values));
    }
    if (items_.has_sleepers(std::memory_order_relaxed)) [[unlikely]]
      items_.wake(1);
    return true;
  }

  /// Whether a batch that ends at `end` and was published around close() is the consumer's.
  bool counts(Index end) noexcept {
    Phase closed = Phase::closed;
    if (phase_.compare_exchange_strong(closed, Phase::sealed)) return true;
    return head_.load() == end;  // drained: with the batch or without it
  }

  [[gnu::noinline, gnu::cold]] bool take_back(Index tail, std::span<T> values) noexcept {
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::destroy_at(&values[i]);
      std::construct_at(&values[i], std::move(*slot(tail + i)));
      std::destroy_at(slot(tail + i));
    }
    tail_.store(tail);
    return false;
  }

  void release(Index head) noexcept {
    head_.store(head, std::memory_order_release);  // pairs with room()
    P::light_fence();                              // pairs with the heavy fence of the sleeping producer
    // Relaxed: kept after the store by the fence.
    if (room_.has_sleepers(std::memory_order_relaxed)) [[unlikely]]
      room_.wake(1);
  }

  /// Why no wake-up is lost. The sleeper has announced itself before it fences and looks. Either it sees the
  /// other side's last store then, or the other side, after its light fence, sees the announcement and wakes
  /// it. close() is seq_cst throughout.
  [[gnu::noinline]] std::optional<T> pop_until(internal::Deadline deadline) {
    std::optional<T> item;
    items_.await(
        deadline,
        [&] {
          if (auto popped = try_pop()) item.emplace(std::move(*popped));
          return item.has_value() || is_drained();
        },
        [&] {
          P::heavy_fence();
          return !has_items(head_.load()) && !is_closed();
        });
    return item;
  }

  [[gnu::noinline]] bool push_until(T& value, internal::Deadline deadline) {
    bool pushed = false;
    room_.await(
        deadline,
        [&] {
          pushed = try_push(std::move(value));
          return pushed || is_closed();
        },
        [&] {
          P::heavy_fence();
          return room(tail_.load(), 1) == 0 && !is_closed();
        });
    return pushed;
  }

  template <class U>
  using Atomic = typename P::template Atomic<U>;

  // Read by both, written only to close, to sleep and to wake.
  alignas(internal::cache_line_size) internal::RingStorage<T> slots_;
  std::size_t capacity_;
  std::size_t mask_ = 0;
  Atomic<Phase> phase_{Phase::open};
  internal::Parking<P> items_;
  internal::Parking<P> room_;

  // The producer's.
  alignas(internal::cache_line_size) Atomic<Index> tail_;
  Index head_copy_;

  // The consumer's.
  alignas(internal::cache_line_size) Atomic<Index> head_;
  Index tail_copy_;
};

/// Between processes, or between mappings of one piece of memory at different addresses.
template <internal::RingItem T>
using SharedSpscRing = SpscRing<T, internal::SharedPlatform>;

}  // namespace contend
