#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"

namespace contend::workloads {

/// Many locks, each beside the counter that it protects, as a hash table's buckets have them.
template <class L>
class LockTable {
 public:
  static constexpr std::size_t size = 100;

  struct alignas(2 * internal::cache_line_size) Slot {
    L lock;
    std::uint64_t entered = 0;
  };

  Slot& operator[](std::size_t index) noexcept { return slots_[index]; }

  std::uint64_t entered() const {
    std::uint64_t sum = 0;
    for (const Slot& slot : slots_) sum += slot.entered;
    return sum;
  }

 private:
  std::array<Slot, size> slots_;
};

/// One worker's handles of all the locks of a table.
template <class L>
class LockTableHandles {
 public:
  explicit LockTableHandles(LockTable<L>& table) : table_(table) {
    if constexpr (has_own) {
      for (std::size_t i = 0; i < handles_.size(); ++i) handles_[i].emplace(table[i].lock);
    }
  }

  auto& operator[](std::size_t index) noexcept {
    if constexpr (has_own) {
      return *handles_[index];
    } else {
      return table_[index].lock;
    }
  }

 private:
  static constexpr bool has_own = !std::is_reference_v<Handle<L>>;
  using Own = std::optional<std::conditional_t<has_own, Handle<L>, int>>;

  LockTable<L>& table_;
  std::vector<Own> handles_ = std::vector<Own>(has_own ? LockTable<L>::size : 0);
};

}  // namespace contend::workloads
