#pragma once

#include <bit>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "primitives/internal/chunk_list.h"

// In which order the items of a queue come out. A store offers size(), next(), and adding and removing in
// steps, so that whatever throws leaves all the items where they were:
//   add(item)        strong guarantee: if it throws, neither the store nor the item has changed, but for
//                    what a move of the item itself may have done
//   plan_removal()   all the comparisons, may throw
//   remove(plan)     takes next() out, never throws
//   swap_items()     exchanges all the items for others, never throws
namespace contend::internal {

/// The item itself, or what it converts to.
template <class T, class U>
decltype(auto) as_item(U&& item) {
  if constexpr (std::is_same_v<std::remove_cvref_t<U>, T>) {
    return std::forward<U>(item);
  } else {
    return T(std::forward<U>(item));
  }
}

/// An item that can be rearranged without an exception: itself, or in a box of its own.
template <class T,
          bool direct = std::is_nothrow_move_constructible_v<T>&& std::is_nothrow_move_assignable_v<T>>
class Slot {
 public:
  template <class U>
  Slot(std::in_place_t, U&& item) : item_(std::forward<U>(item)) {}
  T& get() noexcept { return item_; }
  const T& get() const noexcept { return item_; }

 private:
  T item_;
};

template <class T>
class Slot<T, false> {
 public:
  template <class U>
  Slot(std::in_place_t, U&& item) : item_(std::make_unique<T>(std::forward<U>(item))) {}
  T& get() noexcept { return *item_; }
  const T& get() const noexcept { return *item_; }

 private:
  std::unique_ptr<T> item_;
};

struct NoPlan {};

template <class T>
class FifoStore {
 public:
  using value_type = T;
  using Items = ChunkList<T>;

  std::size_t size() const noexcept { return items_.size(); }
  T& next() noexcept { return items_.front(); }
  template <class U>
  void add(U&& item) {
    items_.push_back(std::forward<U>(item));
  }
  NoPlan plan_removal() const noexcept { return {}; }
  void remove(NoPlan) noexcept { items_.pop_front(); }
  void swap(FifoStore& other) noexcept { items_.swap(other.items_); }
  void swap_items(Items& items) noexcept { items_.swap(items); }

 private:
  Items items_;  // never moves an item, so it needs no slots
};

template <class T>
class LifoStore {
 public:
  using value_type = T;
  using Items = std::vector<Slot<T>>;

  std::size_t size() const noexcept { return slots_.size(); }
  T& next() noexcept { return slots_.back().get(); }
  template <class U>
  void add(U&& item) {
    slots_.emplace_back(std::in_place, std::forward<U>(item));
  }
  NoPlan plan_removal() const noexcept { return {}; }
  void remove(NoPlan) noexcept { slots_.pop_back(); }
  void swap_items(Items& items) noexcept { slots_.swap(items); }

 private:
  Items slots_;
};

/// A binary heap, with the item that `Before` orders first at the root. Both ways through it first find the
/// place by comparing, and only then move; the standard's heap functions compare in the middle of moving, so
/// a comparison that throws would lose the item in their hands.
template <class T, class Before>
class HeapStore {
 public:
  using value_type = T;
  using Items = std::vector<Slot<T>>;

  HeapStore() = default;
  HeapStore(Before before) : before_(std::move(before)) {}  // NOLINT: a comparison stands for its store

  std::size_t size() const noexcept { return slots_.size(); }
  T& next() noexcept { return slots_.front().get(); }

  template <class U>
  void add(U&& item) {
    std::size_t place = slots_.size();
    while (place > 0 && before_(std::as_const(item), item_at(parent(place)))) place = parent(place);
    slots_.emplace_back(std::in_place, std::forward<U>(item));
    if (place + 1 == slots_.size()) return;
    Slot<T> added = std::move(slots_.back());
    for (std::size_t hole = slots_.size() - 1; hole != place; hole = parent(hole)) {
      slots_[hole] = std::move(slots_[parent(hole)]);
    }
    slots_[place] = std::move(added);
  }

  /// Where the last item goes when the root is gone.
  std::size_t plan_removal() const {
    const std::size_t last = slots_.size() - 1;
    std::size_t place = 0;
    for (std::size_t child = 1; child < last; child = 2 * place + 1) {
      if (child + 1 < last && before_(item_at(child + 1), item_at(child))) ++child;
      if (!before_(item_at(child), item_at(last))) break;
      place = child;
    }
    return place;
  }

  void remove(std::size_t place) noexcept {
    Slot<T> last = std::move(slots_.back());
    slots_.pop_back();
    if (slots_.empty()) return;
    std::size_t hole = 0;
    // Counted from 1, the ancestors of `place` are its number without its last bits.
    for (int bits = static_cast<int>(std::bit_width(place + 1)) - 2; bits >= 0; --bits) {
      const std::size_t child = ((place + 1) >> bits) - 1;
      slots_[hole] = std::move(slots_[child]);
      hole = child;
    }
    slots_[place] = std::move(last);
  }

  void swap_items(Items& items) noexcept { slots_.swap(items); }

 private:
  static std::size_t parent(std::size_t child) noexcept { return (child - 1) / 2; }
  const T& item_at(std::size_t i) const noexcept { return slots_[i].get(); }

  Items slots_;
  [[no_unique_address]] Before before_;
};

}  // namespace contend::internal
