#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/internal/deadline.h"
#include "primitives/internal/futex.h"

namespace contend::internal {

enum class LockNews : std::uint32_t { none, try_again, yours };

/// A thread that waits for a Lock, on that thread's stack. It stands in a list until somebody takes it out
/// and tells it the news, which is the last that one does with it.
///
/// | word      | listed | meaning                                                                    |
/// |-----------|--------|----------------------------------------------------------------------------|
/// | awake     | yes    | its thread spins, or is about to sleep                                     |
/// | asleep    | yes    | its thread is in the kernel                                                |
/// | either    | no     | taken out; the news is on its way, and the waiter must not go before it    |
/// | try_again | no     | the lock was freed: come and take it, if nobody has been faster            |
/// | yours     | no     | the lock was handed over and is held by this thread                        |
template <class P>
class LockWaiter {
 public:
  explicit LockWaiter(const void* lock) : lock_(lock) {}
  LockWaiter(const LockWaiter&) = delete;
  LockWaiter& operator=(const LockWaiter&) = delete;

  /// By whoever took it out of the list. The waiter may be gone afterwards: the wake only names its address.
  void tell(LockNews news) noexcept {
    // Release pairs with the acquire in news() and sleep().
    const std::uint32_t before = word_.exchange(static_cast<std::uint32_t>(news), std::memory_order_acq_rel);
    if (before == asleep) P::wake(word_, 1);
  }

  /// `none` until told.
  LockNews news() const noexcept {
    // Acquire pairs with the release in tell().
    const std::uint32_t word = word_.load(std::memory_order_acquire);
    return word >= awake ? LockNews::none : static_cast<LockNews>(word);
  }

  /// Looks for news up to `looks` times.
  LockNews spin(std::uint32_t looks) const noexcept {
    while (news() == LockNews::none && looks-- > 0) P::pause();
    return news();
  }

  /// Until told, or, `none`, the deadline has passed. Ends the program where the kernel refuses the sleep,
  /// because others hold on to this waiter.
  LockNews sleep(Deadline deadline) noexcept {
    std::uint32_t expected = awake;
    // Acquire pairs with the release in tell(), which may have come first.
    word_.compare_exchange_strong(expected, asleep, std::memory_order_acquire);
    while (news() == LockNews::none) {
      if (P::wait(word_, asleep, deadline) == FutexResult::timed_out) break;
    }
    return news();
  }

  /// By its thread, while it stands in the list: spares whoever tells it the news the system call.
  void stay_awake() noexcept {
    // Relaxed: the list's lock publishes it to the next that takes the waiter out.
    word_.store(awake, std::memory_order_relaxed);
  }

  const void* lock() const noexcept { return lock_; }

  // Under the list's lock.
  bool listed = false;
  bool impatient = false;
  bool is_heir = false;     // written before it is told to try again
  std::uint32_t place = 0;  // in the line, when it came
  LockWaiter* previous = nullptr;
  LockWaiter* next = nullptr;

 private:
  static constexpr std::uint32_t awake = 3;
  static constexpr std::uint32_t asleep = 4;

  typename P::Word word_{awake};
  const void* const lock_;
};

}  // namespace contend::internal
