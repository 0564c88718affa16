#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

#include "primitives/internal/cache_line.h"

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

}  // namespace contend::internal
