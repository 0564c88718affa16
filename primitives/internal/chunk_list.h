#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "primitives/internal/cache_line.h"

namespace contend::internal {

/// Items first in, first out, and never moved: what std::deque is, but it keeps a few emptied chunks for what
/// comes next. Two lists that are swapped whenever one is empty hand their chunks around so, where those of a
/// deque, filled by one thread and emptied by another, go through the allocator for every 512 bytes. Grows
/// without bound, and gives back all but 16 chunks of about 1 KiB.
template <class T>
class ChunkList {
 public:
  ChunkList() = default;
  ChunkList(ChunkList&& other) noexcept { swap(other); }
  ChunkList& operator=(ChunkList&&) = delete;
  ~ChunkList() {
    while (size_ != 0) pop_front();
    delete_all(first_);
    delete_all(spare_);
  }

  std::size_t size() const noexcept { return size_; }
  T& front() noexcept { return *first_->item(begin_); }

  /// If it throws, the list has not changed.
  template <class U>
  void push_back(U&& item) {
    if (last_ == nullptr || end_ == items_per_chunk) append_chunk();
    std::construct_at(last_->item(end_), std::forward<U>(item));
    ++end_;
    ++size_;
  }

  void pop_front() noexcept {
    std::destroy_at(&front());
    ++begin_;
    --size_;
    if (begin_ == items_per_chunk) retire_chunk();
  }

  void swap(ChunkList& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(size_, other.size_);
    std::swap(spare_, other.spare_);
    std::swap(spares_, other.spares_);
  }

 private:
  static constexpr std::size_t items_per_chunk = std::max<std::size_t>(8, 1000 / sizeof(T));
  static constexpr std::size_t most_spares = 16;

  struct alignas(cache_line_size) alignas(T) Chunk {
    Chunk* next = nullptr;
    alignas(T) std::byte bytes[items_per_chunk * sizeof(T)];

    T* item(std::size_t place) noexcept { return std::launder(reinterpret_cast<T*>(bytes) + place); }
  };

  void append_chunk() {
    Chunk* const chunk = spare_ == nullptr ? new Chunk : take_spare();
    (last_ == nullptr ? first_ : last_->next) = chunk;
    if (last_ == nullptr) begin_ = 0;
    last_ = chunk;
    end_ = 0;
  }

  void retire_chunk() noexcept {
    Chunk* const chunk = first_;
    first_ = chunk->next;
    if (first_ == nullptr) last_ = nullptr;
    begin_ = 0;
    if (spares_ == most_spares) {
      delete chunk;
    } else {
      chunk->next = spare_;
      spare_ = chunk;
      ++spares_;
    }
  }

  Chunk* take_spare() noexcept {
    Chunk* const chunk = spare_;
    spare_ = chunk->next;
    --spares_;
    chunk->next = nullptr;
    return chunk;
  }

  static void delete_all(Chunk* chunk) noexcept {
    while (chunk != nullptr) delete std::exchange(chunk, chunk->next);
  }

  Chunk* first_ = nullptr;
  Chunk* last_ = nullptr;
  std::size_t begin_ = 0;  // of the first item in the first chunk
  std::size_t end_ = 0;    // behind the last item in the last one
  std::size_t size_ = 0;
  Chunk* spare_ = nullptr;
  std::size_t spares_ = 0;
};

}  // namespace contend::internal
