#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/ring_storage.h"

namespace contend::internal {

/// A few slots of a ring, and before them, in the same cache line where three or more items fit in one, the
/// word that says up to which index they are published: whoever waits for an item gets it with one transfer.
///
/// An index is | lap | group | place |, and skips the places that a group does not have. The arithmetic is
/// modulo 2^64, where a lap more or less does not matter.
template <class T, template <class> class Atomic>
class RingGroup {
 public:
  using Index = std::uint64_t;

  static constexpr std::size_t size = [] {
    constexpr std::size_t fit = (cache_line_size - std::max(sizeof(Index), alignof(T))) / sizeof(T);
    return alignof(T) <= cache_line_size / 2 && fit >= 3 ? fit : std::size_t{7};
  }();
  /// From an index to the same place in the next group.
  static constexpr Index span = std::bit_ceil(size);

  static constexpr Index next(Index index) noexcept {
    return place(index) + 1 < size ? index + 1 : end_of_group(index);
  }
  static constexpr Index end_of_group(Index index) noexcept { return (index | (span - 1)) + 1; }
  static constexpr Index start_of_group(Index index) noexcept { return index & ~(span - 1); }

  /// How many items lie between the two.
  static constexpr std::size_t distance(Index from, Index to) noexcept {
    return (start_of_group(to) - start_of_group(from)) / span * size + place(to) - place(from);
  }
  static constexpr Index advance(Index index, std::size_t count) noexcept {
    const std::size_t from_start = place(index) + count;
    return start_of_group(index) + from_start / size * span + from_start % size;
  }

  T* item(Index index) noexcept { return std::launder(reinterpret_cast<T*>(bytes_) + place(index)); }

  /// The index behind the last item that was published when the producer was last here.
  alignas(cache_line_size) Atomic<Index> published;

 private:
  static constexpr std::size_t place(Index index) noexcept { return index & (span - 1); }

  alignas(T) std::byte bytes_[size * sizeof(T)];
};

/// The groups of one ring: a power of two of them, so that an index tells its group by a mask.
template <class T, template <class> class Atomic>
class RingGroups {
 public:
  using Group = RingGroup<T, Atomic>;
  using Index = typename Group::Index;

  static constexpr std::size_t count(std::size_t capacity) {
    return std::bit_ceil((checked_capacity<Group>(capacity) + Group::size - 1) / Group::size);
  }

  /// In memory of their own, or in the caller's.
  template <class... Memory>
  explicit RingGroups(std::size_t capacity, Memory... memory)
      : groups_(count(capacity), memory...), mask_(count(capacity) - 1) {}

  void start_at(Index first) noexcept {
    for (std::size_t i = 0; i <= mask_; ++i) std::construct_at(groups_[i])->published.store(first);
  }

  T* slot(Index index) const noexcept { return group(index).item(index); }

  /// Up to where the items from `head` on, in its group, are published.
  Index published_end(Index head) const noexcept {
    // Acquire: pairs with mark_published().
    const Index end = group(head).published.load(std::memory_order_acquire);
    if (static_cast<std::int64_t>(end - head) <= 0) return head;  // of an earlier lap, or this one
    return Group::start_of_group(end) == Group::start_of_group(head) ? end : Group::end_of_group(head);
  }

  /// Writes `as` to the groups between the two. The first comes last, because the consumer does not pass it before.
  template <std::size_t extent>
  void mark_published(Index tail, Index end, Index as) noexcept {
    if constexpr (extent != 1) {
      const Index first = Group::start_of_group(tail);
      for (Index last = Group::start_of_group(end); last != first; last -= Group::span) {
        // Release: pairs with published_end(), as does the store below.
        if (last != end) group(last).published.store(as, std::memory_order_release);
      }
    }
    group(tail).published.store(as, std::memory_order_release);
  }

 private:
  Group& group(Index index) const noexcept { return *groups_[index / Group::span & mask_]; }

  RingStorage<Group> groups_;
  std::size_t mask_;
};

}  // namespace contend::internal
