#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace contend::internal {

/// Chains of free blocks of one size, on their way from threads that have too many to those that have none. Nobody waits
/// for another one, who may not exist: in a forked child, where that one was at it, there is nothing to take any more.
class BlockDepot {
 public:
  struct Block {
    Block* next;
    Block* next_chain;  // of the first one in a chain
  };

  /// False: there is enough already, or another thread is at it.
  bool give(Block* chain) noexcept {
    if (!enter()) return false;
    const bool has_room = count_ < most_chains;
    if (has_room) {
      ++count_;
      chain->next_chain = std::exchange(first_, chain);
    }
    leave();
    return has_room;
  }

  /// Null: none, or another thread is at it.
  Block* take() noexcept {
    if (!enter()) return nullptr;
    Block* const chain = first_;
    if (chain != nullptr) {
      --count_;
      first_ = chain->next_chain;
    }
    leave();
    return chain;
  }

 private:
  static constexpr std::size_t most_chains = 256;

  // Acquire pairs with the release in leave().
  bool enter() noexcept { return !is_in_use_.exchange(true, std::memory_order_acquire); }
  void leave() noexcept { is_in_use_.store(false, std::memory_order_release); }

  std::atomic<bool> is_in_use_{false};
  std::size_t count_ = 0;
  Block* first_ = nullptr;
};
static_assert(std::is_trivially_destructible_v<BlockDepot>);

/// Memory for what is made and dropped by the ten thousand: coroutines, their pending operations, a pool's tasks. A
/// thread keeps up to 128 blocks of each size, and what is beyond that goes to where other threads take from, 64 at a
/// time; of those, the process keeps up to 16,384 of each size. So memory that one thread takes and another gives back
/// comes around, at an atomic exchange for every 64. An address sanitizer does not see that something is used after it
/// was given back.
///
/// Cost: a few instructions; malloc, where 10,000 blocks are out at a time, takes 50 to 100 ns.
/// Source: the two chains of a thread are the magazines of J. Bonwick and J. Adams (2001).
class RecycledMemory {
  using Block = BlockDepot::Block;

 public:
  static void* take(std::size_t bytes) {
    const std::size_t size = size_class(bytes);
    if (size >= classes) return ::operator new(bytes);
    Kept& kept = kept_[size];
    if (kept.first == nullptr) [[unlikely]] {
      if (!refill(kept, size)) return ::operator new((size + 1) * granule);
    }
    --kept.count;
    return std::exchange(kept.first, kept.first->next);
  }

  /// `bytes` as it was in take().
  static void give(void* memory, std::size_t bytes) noexcept {
    const std::size_t size = size_class(bytes);
    if (size >= classes) return ::operator delete(memory);
    Kept& kept = kept_[size];
    if (kept.count >= limit_) [[unlikely]] {
      if (!make_room(kept, size)) return ::operator delete(memory);
    }
    ++kept.count;
    kept.first = ::new (memory) Block{kept.first, nullptr};
  }

 private:
  static constexpr std::size_t granule = 64;
  static constexpr std::size_t classes = 16;
  static constexpr std::size_t chain_length = 64;

  struct Kept {
    Block* first;
    std::size_t count;
    Block* full;  // a second chain, of chain_length, or null
  };

  struct AtThreadEnd {
    ~AtThreadEnd() {
      is_over_ = true;
      limit_ = 0;
      for (Kept& kept : kept_) {
        free_chain(kept.first);
        free_chain(kept.full);
        kept = {};
      }
    }
  };

  static std::size_t size_class(std::size_t bytes) { return (bytes + granule - 1) / granule - 1; }

  [[gnu::noinline]] static bool refill(Kept& kept, std::size_t size) noexcept {
    if (is_over_) return false;
    if (limit_ == 0) watch();
    Block* const chain = kept.full != nullptr ? std::exchange(kept.full, nullptr) : depots_[size].take();
    if (chain == nullptr) return false;
    kept.first = chain;
    kept.count = chain_length;
    return true;
  }

  /// False: the thread keeps no more, because it ends.
  [[gnu::noinline]] static bool make_room(Kept& kept, std::size_t size) noexcept {
    if (is_over_) return false;
    if (limit_ == 0) watch();
    if (kept.count < limit_) return true;
    if (kept.full != nullptr && !depots_[size].give(kept.full)) free_chain(kept.full);
    kept.full = std::exchange(kept.first, nullptr);
    kept.count = 0;
    return true;
  }

  static void watch() noexcept {
    thread_local const AtThreadEnd at_thread_end;
    static_cast<void>(at_thread_end);
    limit_ = chain_length;
  }

  static void free_chain(Block* block) noexcept {
    while (block != nullptr) ::operator delete(std::exchange(block, block->next));
  }

  // Never destroyed: blocks are given back until the very end of the process.
  static constinit inline std::array<BlockDepot, classes> depots_{};

  // Trivially destructible, so that they may be used when the thread's other objects are gone.
  static thread_local constinit inline std::array<Kept, classes> kept_{};
  static thread_local constinit inline std::size_t limit_ =
      0;  // of a chain; 0: at_thread_end is not made, or is gone
  static thread_local constinit inline bool is_over_ = false;
};

/// The same as a standard allocator.
template <class T>
struct RecyclingAllocator {
  using value_type = T;

  RecyclingAllocator() = default;
  template <class U>
  RecyclingAllocator(const RecyclingAllocator<U>& /*other*/) noexcept {}

  T* allocate(std::size_t count) {
    if constexpr (needs_more) return std::allocator<T>().allocate(count);
    return static_cast<T*>(RecycledMemory::take(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if constexpr (needs_more) return std::allocator<T>().deallocate(memory, count);
    RecycledMemory::give(memory, count * sizeof(T));
  }

  template <class U>
  bool operator==(const RecyclingAllocator<U>& /*other*/) const {
    return true;
  }

 private:
  static constexpr bool needs_more = alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__;
};

/// An object in such memory, for recycle().
template <class T, class... Args>
T* make_recycled(Args&&... args) {
  RecyclingAllocator<T> memory;
  T* const place = memory.allocate(1);
  try {
    return std::construct_at(place, std::forward<Args>(args)...);
  } catch (...) {
    memory.deallocate(place, 1);
    throw;
  }
}

template <class T>
void recycle(T& object) noexcept {
  std::destroy_at(&object);
  RecyclingAllocator<T>().deallocate(&object, 1);
}

}  // namespace contend::internal
