#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "primitives/internal/deadline.h"
#include "primitives/internal/done_callbacks.h"
#include "primitives/internal/errors.h"
#include "primitives/internal/futex.h"
#include "primitives/internal/spin_until.h"
#include "primitives/lock.h"

namespace contend::internal {

/// The part of a future's shared state that does not depend on the type of the result. One futex word: the
/// state in the low three bits, two flags that tell the thread which completes it whom it has to serve, and above
/// them the number of shares: handles, and those who have to complete it. It goes with the last share.
///
/// | state     | meaning                       | cancel()          | start()         | finish()         |
/// |-----------|-------------------------------|-------------------|-----------------|------------------|
/// | pending   | not begun                     | becomes cancelled | becomes running | becomes setting  |
/// | running   | begun, can't be cancelled     | refused           | error           | becomes setting  |
/// | setting   | the result is being written   | refused           | error           | refused          |
/// | cancelled | will never have a result      | is so already     | says false      | refused          |
/// | finished  | has a result, or an exception | refused           | error           | refused          |
///
/// `setting` becomes finished, or what it was before if the result can't be made.
///
/// | flag     | meaning while it is not done | set by    |
/// |----------|------------------------------|-----------|
/// | awaited  | somebody may sleep on it     | await()   |
/// | observed | there may be callbacks       | observe() |
template <class P>
class FutureState {
 public:
  enum State : std::uint32_t { pending, running, setting, cancelled, finished };
  using Observer = DoneCallbacks::iterator;

  /// What the type of the whole state decides.
  struct Type {
    void (*destroy)(FutureState&) noexcept;
    void (*help)(FutureState&);  // what who is about to wait should do first, or null
  };

  /// With so many shares, each to be given up by leave() or end_result_and_leave().
  FutureState(const Type& type, std::uint32_t shares) : word_(pending + shares * one_share), type_(type) {}
  FutureState(const FutureState&) = delete;
  FutureState& operator=(const FutureState&) = delete;

  /// For who has a share: one more. Ends the program before their number overflows.
  void enter() noexcept {
    // Relaxed: as any counter of references.
    if (word_.fetch_add(one_share, std::memory_order_relaxed) > most_shares * one_share) [[unlikely]]
      die_of_misuse("Future: more than 100 million handles of one task");
  }

  void leave() noexcept {
    // Acquire pairs with the release of those who have left before. Who finds no share but its own need not change it.
    if (is_shared(word_.load(std::memory_order_acquire)) &&
        is_shared(word_.fetch_sub(one_share, std::memory_order_acq_rel))) {
      return;
    }
    type_.destroy(*this);
  }

  /// Whether there are shares beside that of the caller.
  bool is_shared() const noexcept { return is_shared(word_.load()); }

  State state() const noexcept {
    // Acquire pairs with the release of whoever completed it.
    return state_of(word_.load(std::memory_order_acquire));
  }
  bool is_done() const noexcept { return state() >= cancelled; }

  /// False: it has begun or has finished.
  bool cancel() {
    // Relaxed: only a first guess for the exchange.
    std::uint32_t word = word_.load(std::memory_order_relaxed);
    do {
      if (state_of(word) != pending) return state_of(word) == cancelled;
      // Release pairs with the acquire in state() and await(), acquire with the release in observe().
    } while (!word_.compare_exchange_weak(word, word + cancelled, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    serve(word);
    return true;
  }

  /// Pending to running. Otherwise nothing happens. Returns what it was before.
  State start() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);  // relaxed: as in cancel()
    while (state_of(word) == pending) {
      // Relaxed: running says nothing about other memory.
      if (word_.compare_exchange_weak(word, word + running, std::memory_order_relaxed)) return pending;
    }
    return state_of(word);
  }

  /// Calls `write`, which stores the result, and completes the future. False: somebody else has done that, or
  /// is at it. An exception in `write` reaches the caller and leaves the future as it was.
  template <class Write>
  bool finish(Write write) {
    std::uint32_t word = word_.load(std::memory_order_relaxed);  // relaxed: as in cancel()
    do {
      if (state_of(word) > running) return false;
      // Relaxed: it keeps others from writing; the result is published by the release below.
    } while (!word_.compare_exchange_weak(word, (word & ~state_bits) | setting, std::memory_order_relaxed));
    try {
      write();
    } catch (...) {
      word_.fetch_sub(setting - state_of(word));
      throw;
    }
    end_result();
    return true;
  }

  /// Pending to setting, for the only one who completes the future: start() and the first half of finish() in one step.
  /// False: it has been cancelled. What follows is the result, and end_result().
  bool begin_result() noexcept {
    std::uint32_t word = word_.load(std::memory_order_relaxed);  // relaxed: as in cancel()
    while (state_of(word) == pending) {
      // Relaxed: as in finish().
      if (word_.compare_exchange_weak(word, word | setting, std::memory_order_relaxed)) return true;
    }
    return false;
  }

  /// Setting to finished.
  void end_result() {
    // Release pairs with the acquire in state() and await(), acquire with the release in observe().
    serve(word_.fetch_add(finished - setting, std::memory_order_acq_rel));
  }

  /// Both in one step, where nobody is to be called back.
  void end_result_and_leave() {
    std::uint32_t word = word_.load(std::memory_order_relaxed);  // relaxed: as in cancel()
    do {
      if ((word & observed) != 0) {
        end_result();
        return leave();
      }
      // As in end_result() and leave(). After it only the address is used, unless this was the last share.
    } while (!word_.compare_exchange_weak(word, word + (finished - setting) - one_share,
                                          std::memory_order_acq_rel, std::memory_order_relaxed));
    if ((word & awaited) != 0) P::wake(word_, std::numeric_limits<int>::max());
    if (!is_shared(word)) type_.destroy(*this);
  }

  /// For who is about to wait without a deadline.
  void help() {
    if (type_.help == nullptr || is_done()) return;
    const CallbacksOfAWait callbacks;
    type_.help(*this);
  }

  /// False: not done until the deadline.
  bool await(Deadline deadline) const {
    if (is_done()) return true;
    if (deadline.has_passed()) return false;
    const CallbacksOfAWait callbacks;
    if (spin_until<P>([this] { return is_done(); }, spins)) return true;
    for (;;) {
      // Acquire, as in state().
      const std::uint32_t word = word_.fetch_or(awaited, std::memory_order_acquire) | awaited;
      if (state_of(word) >= cancelled) return true;
      if (P::wait(word_, word, deadline) == FutexResult::timed_out) return is_done();
    }
  }

  /// Has `callback` called once the future is done: at once if it is, otherwise by the thread that completes
  /// it, those with `first` before the others. What it returns may be given to forget(); nothing if it has
  /// been called.
  std::optional<Observer> observe(std::function<void()> callback, bool first) {
    DoneCallbacks added;
    added.push_back(std::move(callback));
    const Observer observer = added.begin();
    {
      const std::scoped_lock guard(lock_);
      // Acquire, as in state(). Either this sees that the future is done, or whoever completes it sees the
      // flag, and then finds the callback, because it takes the lock to look.
      if (state_of(word_.fetch_or(observed, std::memory_order_acq_rel)) < cancelled) {
        if (!callbacks_) callbacks_ = std::make_unique<DoneCallbacks>();
        callbacks_->splice(first ? callbacks_->begin() : callbacks_->end(), added);
        return observer;
      }
    }
    call_done_callbacks(added);
    return std::nullopt;
  }

  /// The callback will not be called, if the future is not done yet; otherwise it may be called even after
  /// this.
  void forget(Observer observer) {
    DoneCallbacks forgotten;  // destroyed without the lock
    const std::scoped_lock guard(lock_);
    // A future that is done has handed its callbacks over, or will not let go of them before this has
    // unlocked.
    if (!is_done()) forgotten.splice(forgotten.begin(), *callbacks_, observer);
  }

 private:
  static constexpr std::uint32_t state_bits = 7;
  static constexpr std::uint32_t awaited = 8;
  static constexpr std::uint32_t observed = 16;
  static constexpr std::uint32_t one_share = 32;
  static constexpr std::uint32_t most_shares = 100'000'000;
  static constexpr int spins = 100;

  static State state_of(std::uint32_t word) noexcept { return static_cast<State>(word & state_bits); }
  static bool is_shared(std::uint32_t word) noexcept { return word / one_share > 1; }

  /// What the thread that has completed the future owes those who were there before, as `word` says.
  void serve(std::uint32_t word) {
    if ((word & awaited) != 0) P::wake(word_, std::numeric_limits<int>::max());
    if ((word & observed) == 0) return;
    std::unique_ptr<DoneCallbacks> callbacks;
    {
      const std::scoped_lock guard(lock_);
      callbacks.swap(callbacks_);
    }
    if (callbacks) call_done_callbacks(*callbacks);
  }

  mutable typename P::Word word_;
  BasicLock<P> lock_;                         // for callbacks_ only
  std::unique_ptr<DoneCallbacks> callbacks_;  // null: there has been none
  const Type& type_;
};

}  // namespace contend::internal
