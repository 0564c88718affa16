#pragma once

#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <unordered_map>

#include "primitives/internal/deadline.h"
#include "primitives/internal/futex.h"
#include "primitives/testing/schedule.h"

namespace contend::testing::schedule {

/// Lets one thread go on: the baton. On the plain futex, below everything that is tested here.
class Turn {
 public:
  void give() noexcept {
    // Release pairs with the acquire in take(): what one thread did happens before what the next does.
    word_.store(1, std::memory_order_release);
    internal::futex_wake(word_, 1, internal::FutexScope::process_private);
  }
  void take() {
    while (word_.load(std::memory_order_acquire) == 0) {
      internal::futex_wait(word_, 0, internal::Deadline::never(), internal::FutexScope::process_private);
    }
    word_.store(0, std::memory_order_relaxed);  // nobody gives a turn before this thread has passed it on
  }

 private:
  std::atomic<std::uint32_t> word_{0};
};

/// The last steps of a schedule.
class Trace {
 public:
  void clear() noexcept { added_ = 0; }
  void add(int thread, Step step, const void* object) noexcept {
    entries_[added_++ % entries_.size()] = {thread, step, object};
  }

  /// As thread:operation:object, with a letter for each object.
  std::string text() const {
    static constexpr std::array names{"load", "modify", "wait", "wake", "pause", "yield"};
    std::ostringstream out;
    std::unordered_map<const void*, char> letters;
    for (std::size_t i = added_ - std::min(added_, entries_.size()); i < added_; ++i) {
      const Entry& entry = entries_[i % entries_.size()];
      out << ' ' << entry.thread << ':' << names[static_cast<std::size_t>(entry.step)];
      if (entry.object == nullptr) continue;
      const char letter = static_cast<char>('a' + letters.size() % 26);
      out << ':' << letters.try_emplace(entry.object, letter).first->second;
    }
    return out.str();
  }

 private:
  struct Entry {
    int thread;
    Step step;
    const void* object;
  };

  std::array<Entry, 40> entries_{};
  std::size_t added_ = 0;
};

/// Keeps this thread, and those it starts, on one CPU: passing the turn is cheapest there.
class OnOneCpu {
 public:
  OnOneCpu() {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof(here), &here);
  }
  ~OnOneCpu() { sched_setaffinity(0, sizeof(before_), &before_); }
  OnOneCpu(const OnOneCpu&) = delete;
  OnOneCpu& operator=(const OnOneCpu&) = delete;

 private:
  cpu_set_t before_;
};

}  // namespace contend::testing::schedule
