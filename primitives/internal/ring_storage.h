#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "primitives/internal/cache_line.h"

namespace contend::internal {

/// What a ring can hold. A move that throws between the claim of a slot and its publication would stop the
/// ring for everybody; such a type goes in by std::unique_ptr.
template <class T>
concept RingItem = std::is_object_v<T> && !std::is_const_v<T> && std::is_nothrow_move_constructible_v<T> &&
                   std::is_nothrow_destructible_v<T>;

/// Where a batch may be written to: assigning to it must not throw, because the slots are claimed by then.
template <class Out, class T>
concept RingSink =
    std::weakly_incrementable<Out> && std::is_nothrow_assignable_v<decltype(*std::declval<Out&>()), T>;

/// Where a ring's indices begin. For tests, which begin near the end to see them wrap.
struct FirstIndex {
  std::uint64_t value = 0;
};

/// Raw memory for a ring's slots: its own, or the caller's. Addressed relative to this object, so that a
/// ring which lies with its slots in one shared mapping works in every process, wherever that mapping is.
template <class Slot>
class RingStorage {
 public:
  explicit RingStorage(std::size_t count) : owned_(allocate(count)), distance_(distance_to(owned_)) {}

  /// Throws std::invalid_argument where `memory` is too small or not aligned for a slot.
  RingStorage(std::size_t count, std::span<std::byte> memory) : distance_(distance_to(memory.data())) {
    if (memory.size() < count * sizeof(Slot)) {
      throw std::invalid_argument("ring storage: " + std::to_string(memory.size()) + " bytes given, " +
                                  std::to_string(count * sizeof(Slot)) + " needed (see storage_bytes)");
    }
    if (reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Slot) != 0) {
      throw std::invalid_argument("ring storage: must be aligned to " + std::to_string(alignof(Slot)) +
                                  " bytes");
    }
  }

  RingStorage(const RingStorage&) = delete;
  RingStorage& operator=(const RingStorage&) = delete;

  ~RingStorage() {
    if (owned_ != nullptr) ::operator delete(owned_, alignment);
  }

  Slot* operator[](std::size_t index) const noexcept {
    return reinterpret_cast<Slot*>(reinterpret_cast<std::uintptr_t>(this) + distance_) + index;
  }

 private:
  static constexpr std::align_val_t alignment{std::max(alignof(Slot), cache_line_size)};

  static void* allocate(std::size_t count) { return ::operator new(count * sizeof(Slot), alignment); }

  std::uintptr_t distance_to(const void* memory) const noexcept {
    return reinterpret_cast<std::uintptr_t>(memory) - reinterpret_cast<std::uintptr_t>(this);
  }

  void* owned_ = nullptr;
  std::uintptr_t distance_;
};

/// The capacity, if a ring of such slots can have it; otherwise throws std::invalid_argument.
template <class Slot>
constexpr std::size_t checked_capacity(std::size_t capacity) {
  constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max() / sizeof(Slot) / 2;
  if (capacity == 0 || capacity > most) {
    throw std::invalid_argument("ring capacity " + std::to_string(capacity) + " is not between 1 and " +
                                std::to_string(most));
  }
  return capacity;
}

}  // namespace contend::internal
