#pragma once

#include <linux/futex.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "primitives/internal/deadline.h"

namespace contend::internal {

/// A futex that the kernel finds when the thread that holds it ends: the word, and the links of the list that
/// the C library keeps for the kernel, one per thread. Its own robust mutexes stand in the same list, so the
/// layout is theirs: from the links, the kernel finds the word at a distance that the C library has fixed.
template <class Word>
struct RobustFutex {
  static constexpr long distance = 32;  // bytes from the word to `links.next`

  struct Links {
    void* previous = nullptr;  // the C library's lists are linked in both directions
    void* next = nullptr;
  };

  Word word{0};
  std::byte reserved[distance - sizeof(void*) - sizeof(Word)] = {};
  Links links;
};
static_assert(offsetof(RobustFutex<std::atomic<std::uint32_t>>, links) + sizeof(void*) == 32);

/// What the kernel knows of the calling thread and the robust futexes it holds. A lock's steps are: intend,
/// change the word, add or remove, done. The kernel looks at the intention too, so a thread may be killed
/// between any two of them.
class RobustThread {
 public:
  using Futex = RobustFutex<std::atomic<std::uint32_t>>;

  /// Throws std::system_error(not_supported) where the C library has no such list, or one of another layout.
  static RobustThread& current() {
    if (current_.id_ == 0) current_.enlist();
    return current_;
  }

  /// As the kernel writes it into words; unique among the threads of all processes of a PID namespace.
  std::uint32_t id() const noexcept { return id_; }

  void intend(Futex& futex) noexcept { set(head_->list_op_pending, entry_of(futex)); }
  void done() noexcept { set(head_->list_op_pending, nullptr); }
  void add(Futex& futex) noexcept;
  void remove(Futex& futex) noexcept;

  /// A thread that is woken and killed before it takes the lock takes the wake with it, if another thread has
  /// taken the lock in between: the kernel cannot know. So nobody sleeps for longer than this without a look.
  static Deadline longest_sleep(Deadline deadline) {
    const Deadline look_again = Deadline::after(std::chrono::milliseconds(100));
    return deadline.when() < look_again.when() ? deadline : look_again;
  }

 private:
  using Entry = robust_list;

  static Entry* entry_of(Futex& futex) noexcept { return reinterpret_cast<Entry*>(&futex.links.next); }

  /// In this order for whoever looks when the thread has ended: the kernel.
  static void set(Entry*& place, Entry* value) noexcept {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    *const_cast<Entry* volatile*>(&place) = value;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

  [[gnu::cold, gnu::noinline]] void enlist();

  robust_list_head* head_ = nullptr;
  std::uint32_t id_ = 0;  // 0: not known yet

  static thread_local constinit RobustThread current_;
};

}  // namespace contend::internal
