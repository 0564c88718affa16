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
#include "primitives/internal/ring_groups.h"
#include "primitives/internal/ring_storage.h"
#include "primitives/queue_shut_down.h"

namespace contend {

/// A bounded queue between one producer and one consumer. For a pipeline stage, or a request and a reply
/// path between two threads or processes. Not for several of either (MpmcRing), even one after the other
/// without synchronisation between them, and not where the bound is unknown (a queue that grows).
///
/// - push, pop and their timed forms are in internal::QueueForms. The push forms are the producer's, the
///   pop forms and is_drained() the consumer's; close() and is_closed() are anybody's. No call may be in
///   progress when the ring is destroyed; what is left in it is destroyed with it.
/// - First in, first out. The capacity is exact; the memory is that of up to twice as many items.
///   T needs neither a default constructor nor assignment, but its move must not throw.
/// - Memory order: what happened before a push happens before the return of the pop that gets the item;
///   what happened before a pop happens before the push that needed its room.
/// - Progress: try forms are wait-free. A thread that is stopped or killed anywhere never blocks the
///   other's try forms, and half a push is not seen. A new thread or process may take over from a killed
///   one; the item that a killed consumer was about to take is popped once more.
/// - close() refuses later pushes. Pops go on until the ring is empty. Every push that returned true is
///   popped if the consumer goes on until is_drained(), also where it ran at the same time as close().
///   close(ShutdownMode::immediate) ends the pops too: none that begins later gets an item. What is left
///   is destroyed with the ring.
/// - Cost of a push or a pop: two plain stores and no atomic read-modify-write or fence; where the producer is well
///   ahead, each side takes one cache line from the other for every 56 bytes of items, and nothing else. Where the
///   consumer waits awake, the line of the item moves twice: from its last look to the store, and back. A producer
///   that found room for a few items only pauses up to 16 times before it looks for more. Blocking forms cost one
///   load more, of a word that rarely changes. A thread sleeps after a short spin, and only the sleeper pays: a
///   membarrier (0.3 to 10 us) and a futex call; waking it is one system call. The ring object is 3 cache lines.
///
/// SharedSpscRing lies with its slots in memory shared between processes and needs a trivially copyable T.
///
/// Source: Lamport 1983 for the indices; FastForward (Giacomoni et al. 2008) for keeping flag and datum
/// together; MCRingBuffer (Lee et al. 2010) for the copies of indices; asymmetric fences as in folly and the
/// kernel's RCU. The groups and the close protocol are our own.
template <internal::RingItem T, class P = internal::ThreadPlatform>
class SpscRing : public internal::QueueForms<SpscRing<T, P>, T> {
  using Forms = internal::QueueForms<SpscRing<T, P>, T>;
  friend Forms;

  template <class U>
  using Atomic = typename P::template Atomic<U>;
  using Groups = internal::RingGroups<T, Atomic>;
  using Group = typename Groups::Group;
  using Index = typename Group::Index;

 public:
  /// Throws std::invalid_argument for capacity 0, or one whose slots could not be addressed.
  explicit SpscRing(std::size_t capacity, internal::FirstIndex first = {}) requires(!P::between_processes)
      : groups_(capacity), capacity_(capacity) {
    start_at(Group::start_of_group(first.value));
  }

  /// With its slots in the caller's memory, which outlives the ring. Where the ring is shared between
  /// processes, both it and `storage` lie in one mapping.
  SpscRing(std::size_t capacity, std::span<std::byte> storage) requires std::is_trivially_copyable_v<T>
      : groups_(capacity, storage), capacity_(capacity) {
    start_at(0);
  }

  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  ~SpscRing() {
    const Index tail = tail_.load();
    for (Index head = head_.load(); head != tail; head = Group::next(head))
      std::destroy_at(groups_.slot(head));
  }

  static constexpr std::size_t storage_bytes(std::size_t capacity) {
    return Groups::count(capacity) * sizeof(Group);
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
    Index end = tail;
    for (std::size_t i = 0; i < count; ++i, end = Group::next(end)) {
      std::construct_at(groups_.slot(end), std::move(values[i]));
    }
    return publish(tail, end, values.first(count)) ? count : 0;
  }

  std::optional<T> try_pop() {
    // Relaxed: our own index.
    const Index head = head_.load(std::memory_order_relaxed);
    if (!has_next(head)) return std::nullopt;
    T* const item = groups_.slot(head);
    std::optional<T> result(std::move(*item));
    std::destroy_at(item);
    release(Group::next(head));
    return result;
  }

  /// Writes up to `most` items to `out` and returns how many. The producer sees the room all at once.
  template <internal::RingSink<T> Out>
  std::size_t try_pop_n(Out out, std::size_t most) {
    // Relaxed: our own index.
    Index head = head_.load(std::memory_order_relaxed);
    std::size_t count = 0;
    for (; count < most && has_next(head); ++count, ++out, head = Group::next(head)) {
      *out = std::move(*groups_.slot(head));
      std::destroy_at(groups_.slot(head));
    }
    if (count != 0) release(head);
    return count;
  }

  void close(ShutdownMode mode = ShutdownMode::drain) noexcept {
    Phase phase = Phase::open;
    phase_.compare_exchange_strong(phase, Phase::closed);
    if (mode == ShutdownMode::immediate) {
      for (phase = phase_.load(); phase != Phase::drained;) {
        if (phase_.compare_exchange_weak(phase, Phase::dropped)) break;
      }
    }
    items_.wake_all();
    room_.wake_all();
  }

  bool is_closed() const noexcept { return phase_.load() != Phase::open; }

  /// Closed, and nothing will ever be popped again. The consumer's to ask.
  bool is_drained() noexcept {
    Phase phase = phase_.load();
    if (phase == Phase::open || phase >= Phase::drained) return phase != Phase::open;
    const Index head = head_.load(std::memory_order_relaxed);  // our own index
    P::heavy_fence();                                          // pairs with publish()
    if (groups_.published_end(head) != head) return false;
    // Fails where the producer has sealed meanwhile: there is a last batch to pop.
    return phase_.compare_exchange_strong(phase, Phase::drained);
  }

 private:
  /// close() may come while the producer is publishing a batch. The producer then has to know whether the
  /// consumer will still look, and the consumer whether something will still come:
  ///
  /// | phase   | a push     | a pop        | becomes                                                 |
  /// |---------|------------|--------------|---------------------------------------------------------|
  /// | open    | goes in    | takes        | closed, by close()                                      |
  /// | closed  | is refused | takes        | sealed, by a producer that published and found it so;   |
  /// |         |            |              | drained, by a consumer that finds nothing; dropped      |
  /// | sealed  | is refused | takes        | drained, by a consumer that finds nothing; dropped      |
  /// | drained | is refused | gets nothing | (a producer that published too late takes it back)      |
  /// | dropped | is refused | gets nothing | (by close(immediate); what is published late is dropped)|
  ///
  /// The fences make one of the two see the other: either the producer sees that the ring is closed, or the
  /// consumer, which fences after it has seen that, sees the batch. The compare-exchange decides the rest.
  enum class Phase : std::uint32_t { open, closed, sealed, drained, dropped };

  void start_at(Index first) noexcept {
    tail_.store(first);
    head_.store(first);
    visible_ = first;
    limit_ = Group::advance(first, capacity_);
    groups_.start_at(first);
  }

  /// The producer's: free slots, at least `wanted` if there are so many.
  std::size_t room(Index tail, std::size_t wanted) noexcept {
    if (wanted == 1 && tail != limit_) return 1;
    if (Group::distance(tail, limit_) < wanted) look_for_room(tail);
    return Group::distance(tail, limit_);
  }

  /// A look takes the line of head_ from a consumer in the middle of its pops. Who looks again for every few slots
  /// slows it down to the pace of the looks, and so itself: after little was found the next look waits a moment, a
  /// fraction of what the consumer needs for all that lies before it.
  void look_for_room(Index tail) noexcept {
    const std::size_t little = std::min<std::size_t>(capacity_ / 32, 32);
    if (found_little_) [[unlikely]] {
      for (std::size_t i = 0; i < little / 2; ++i) P::pause();
    }
    // Acquire: pairs with release().
    limit_ = Group::advance(head_.load(std::memory_order_acquire), capacity_);
    const std::size_t found = Group::distance(tail, limit_);
    found_little_ = found != 0 && found < little;
  }

  /// The consumer's: whether there is an item at `head`, its index or one that it has come to.
  bool has_next(Index head) noexcept {
    // Relaxed: only the consumer itself sets drained, and who is to know of dropped has been told.
    if (phase_.load(std::memory_order_relaxed) >= Phase::drained) [[unlikely]]
      return false;
    if (head == visible_) visible_ = groups_.published_end(head);
    return head != visible_;
  }

  /// False: too late, the batch is back in `values`.
  template <std::size_t extent>
  bool publish(Index tail, Index end, std::span<T, extent> values) noexcept {
    // Release: before the items are seen, so that whoever takes over from a killed producer goes on behind.
    tail_.store(end, std::memory_order_release);
    groups_.template mark_published<extent>(tail, end, end);
    // Pairs with the heavy fences of is_drained() and of the sleeping consumer: the loads below come after
    // the stores above, so they may be relaxed.
    P::light_fence();
    if (phase_.load(std::memory_order_relaxed) != Phase::open) [[unlikely]] {
      if (!counts(end)) return take_back(tail, end, std::span<T>(values));
    }
    if (items_.has_sleepers(std::memory_order_relaxed)) [[unlikely]]
      items_.wake(1);
    return true;
  }

  /// Whether a batch that ends at `end` and was published around close() is in the ring.
  bool counts(Index end) noexcept {
    Phase phase = Phase::closed;
    if (phase_.compare_exchange_strong(phase, Phase::sealed) || phase == Phase::dropped) return true;
    return head_.load() == end;  // drained: with the batch or without it
  }

  [[gnu::noinline, gnu::cold]] bool take_back(Index tail, Index end, std::span<T> values) noexcept {
    Index at = tail;
    for (T& value : values) {
      std::destroy_at(&value);
      std::construct_at(&value, std::move(*groups_.slot(at)));
      std::destroy_at(groups_.slot(at));
      at = Group::next(at);
    }
    groups_.template mark_published<std::dynamic_extent>(tail, end, tail);
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
    return Forms::await_item(items_, deadline, [&] {
      P::heavy_fence();
      const Index head = head_.load();
      return groups_.published_end(head) == head && !is_closed();
    });
  }

  [[gnu::noinline]] bool push_until(T& value, internal::Deadline deadline) {
    return Forms::await_room(room_, value, deadline, [&] {
      P::heavy_fence();
      return room(tail_.load(), 1) == 0 && !is_closed();
    });
  }

  // Read by both, written only to close, to sleep and to wake.
  alignas(internal::cache_line_size) Groups groups_;
  std::size_t capacity_;
  Atomic<Phase> phase_{Phase::open};
  internal::Parking<P> items_;
  internal::Parking<P> room_;

  // The producer's.
  alignas(internal::cache_line_size) Atomic<Index> tail_;
  Index limit_ = 0;
  bool found_little_ = false;

  // The consumer's.
  alignas(internal::cache_line_size) Atomic<Index> head_;
  Index visible_ = 0;
};

/// Between processes, or between mappings of one piece of memory at different addresses.
template <internal::RingItem T>
using SharedSpscRing = SpscRing<T, internal::SharedPlatform>;

}  // namespace contend
