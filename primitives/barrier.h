#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>

#include "primitives/internal/barrier_phase.h"
#include "primitives/internal/barrier_state.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"
#include "primitives/lock.h"

namespace contend {

/// Thrown out of a wait on a barrier that is broken, or that breaks while it waits.
class BrokenBarrier : public std::runtime_error {
 public:
  BrokenBarrier()
      : std::runtime_error("Barrier::wait: the barrier is broken; reset() makes it usable again") {}
};

/// A point that `parties` threads pass together, round after round.
///
/// For phases in which nobody may start the next before all have ended the last. Not for waiting until others
/// are done (a thread that does not wait itself has no place in it: Semaphore, Event), nor where the number of
/// threads changes.
///
/// Guarantees: each wait of a round returns another index, in order of arrival from 0 to parties-1. The last to
/// arrive runs the action before any of the others goes on. What any thread did before its wait is visible to
/// the action, and with the action's work to all after theirs. Rounds never mix: threads beyond `parties` take
/// part in the next one. A wait that times out, an action that throws and abort() break the barrier: everyone
/// in the round, and everyone who comes, gets BrokenBarrier until reset(). Once all have arrived, a time-out
/// breaks nothing: the action's end is waited for. The last to arrive does not touch the barrier after it has
/// let the others go: whoever knows that their waits have returned may destroy it. Works with signals.
/// Errors: less than one party, or more than 2^30, is std::invalid_argument.
/// Cost: 72 bytes with a std::function. A round is one atomic read-modify-write per party and two more for the
/// last. Waiters spin briefly where each party may have a CPU of its own, then let others have theirs a few times,
/// then sleep; the last makes one system call if somebody sleeps.
/// Source: a central counter whose rounds are numbered, in place of the sense that is reversed in J. M. Mellor-Crummey
/// and M. L. Scott, "Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors" (1991); how it breaks
/// and is repaired is Python's threading.Barrier.
///
/// state_ counts arrivals, and whoever ends a round does so by a compare-exchange on it, so either all
/// complete the round or all find it broken:
///
/// | health    | wait()                           | last of a round    | time-out, abort() | reset()                |
/// |-----------|----------------------------------|--------------------|-------------------|------------------------|
/// | sound     | arrives                          | next round, sound  | broken            | breaks the round, next |
/// | broken    | BrokenBarrier                    | -                  | -                 | resetting, next        |
/// | resetting | waits until it is sound or broken | -                 | broken            | -                      |
///
/// It stays `resetting` until all who were in the broken round have left, so a round's outcome is still known
/// when the last of its threads looks. phase_ follows the round in state_ and is what waiters sleep on.
template <class P, class Action = std::function<void()>>
class BasicBarrier {
 public:
  explicit BasicBarrier(std::ptrdiff_t parties, Action action = {})
      : parties_(checked(parties)), action_(std::move(action)) {}

  /// `timeout` is for every wait() that has none of its own.
  template <class Rep, class Period>
  BasicBarrier(std::ptrdiff_t parties, Action action, const std::chrono::duration<Rep, Period>& timeout)
      : parties_(checked(parties)), timeout_(saturated(timeout)), action_(std::move(action)) {}
  BasicBarrier(const BasicBarrier&) = delete;
  BasicBarrier& operator=(const BasicBarrier&) = delete;

  /// Returns the index of arrival. BrokenBarrier also where the barrier's own time-out has passed.
  std::size_t wait() {
    const auto index = arrive([this](auto wait_within) { return wait_within(own_deadline()); });
    if (!index) throw BrokenBarrier();
    return *index;
  }

  /// Waits for at most `timeout`; zero or less succeeds only as the last of a round. Empty: this wait timed
  /// out, and broke the barrier.
  template <class Rep, class Period>
  std::optional<std::size_t> wait_for(const std::chrono::duration<Rep, Period>& timeout) {
    return arrive([&](auto wait_within) { return wait_within(internal::Deadline::after(timeout)); });
  }

  template <class Clock, class Duration>
  std::optional<std::size_t> wait_until(const std::chrono::time_point<Clock, Duration>& when) {
    return arrive([&](auto wait_within) { return internal::retry_until(when, wait_within); });
  }

  /// Breaks the barrier, for those who wait and those who come.
  void abort() {
    const std::scoped_lock guard(repairs_);
    if (break_round([](State) { return true; }, 0)) return;
    if (State::of(state_.load()).health == Health::broken) return;
    set_health(Health::broken);
    phase_.publish(State::after(phase_.round()));
  }

  /// Makes it usable, empty and sound. Those who wait get BrokenBarrier.
  void reset() {
    const std::scoped_lock guard(repairs_);
    const State seen = State::of(state_.load());
    if (seen.health == Health::resetting) return;
    if (seen.health == Health::sound && seen.arrived == 0) return;
    break_round([](State) { return true; }, 0);
    set_health(Health::resetting);
    finish_reset();
  }

  bool is_broken() const noexcept { return State::of(state_.load()).health == Health::broken; }

  std::size_t parties() const noexcept { return parties_; }

  /// How many of the current round have arrived. A hint: by the time the caller looks at it, it may have changed.
  std::size_t waiting() const noexcept {
    const State seen = State::of(state_.load());
    return seen.health == Health::sound ? std::min(seen.arrived, parties_) : 0;
  }

 private:
  using State = internal::BarrierState;
  using Health = State::Health;

  static constexpr std::uint32_t no_round = std::numeric_limits<std::uint32_t>::max();

  static std::uint32_t checked(std::ptrdiff_t parties) {
    if (parties < 1) throw std::invalid_argument("Barrier: less than one party; count the threads that wait");
    if (parties > State::most_arrivals) throw std::invalid_argument("Barrier: more than 2^30 parties");
    return static_cast<std::uint32_t>(parties);
  }

  template <class Rep, class Period>
  static std::chrono::nanoseconds saturated(const std::chrono::duration<Rep, Period>& timeout) {
    using std::chrono::nanoseconds;
    // Compared in floating point, which has the range that the integer types lack.
    using Seconds = std::chrono::duration<double>;
    if (!(timeout > timeout.zero())) return nanoseconds::zero();
    if (Seconds(timeout) >= Seconds(nanoseconds::max())) return nanoseconds::max();
    return std::chrono::ceil<nanoseconds>(timeout);
  }

  /// Reads the clock only where it must.
  internal::Deadline own_deadline() const {
    const bool is_endless = timeout_ == std::chrono::nanoseconds::max();
    return is_endless ? internal::Deadline::never() : internal::Deadline::after(timeout_);
  }

  /// Pausing is for rounds whose threads all run at once.
  static int pauses_for(std::uint32_t parties) noexcept {
    static const unsigned cpus = std::thread::hardware_concurrency();
    return parties <= cpus ? 200 : 0;
  }

  template <class Await>
  std::optional<std::size_t> arrive(Await await) {
    while (true) {
      // Acquires what earlier arrivals released, for the action; releases for those who come later.
      const State seen = State::of(state_.fetch_add(State::one_arrival, std::memory_order_acq_rel));
      if (seen.health != Health::sound) {
        take_arrival_back();
        wait_for_repair();
      } else if (seen.arrived + 1 < parties_) {
        return await_others(seen, await);
      } else if (seen.arrived + 1 == parties_) {
        complete(seen.round);
        return seen.arrived;
      } else {
        phase_.sleep_past(seen.round,
                          internal::Deadline::never());  // all of this round have come: the next one, then
      }
    }
  }

  template <class Await>
  std::optional<std::size_t> await_others(State mine, Await await) {
    auto wait_within = [&](auto deadline) { return phase_.await_past(mine.round, deadline, pauses_); };
    if (!await(wait_within)) {
      if (break_by_time_out(mine.round)) return std::nullopt;
      wait_within(internal::Deadline::never());  // it has been ended by somebody, or the action runs
    }
    // Relaxed: the load that saw phase_ past the round acquired it.
    if (broken_round_.load(std::memory_order_relaxed) == mine.round) leave_broken();
    return mine.arrived;
  }

  void complete(std::uint32_t round) {
    run_action(round);
    std::uint64_t expected = State{round, Health::sound, parties_}.packed();
    // Relaxed: publish_end() releases.
    while (!state_.compare_exchange_weak(expected, State{State::after(round)}.packed(),
                                         std::memory_order_relaxed)) {
      if (State::of(expected).health != Health::sound) leave_broken();
    }
    phase_.publish_end(round);
  }

  void run_action(std::uint32_t round) {
    if constexpr (std::is_constructible_v<bool, Action>) {
      if (!action_) return;
    }
    try {
      action_();
    } catch (...) {
      const std::scoped_lock guard(repairs_);
      if (!break_round([round](State now) { return now.round == round; }, 1)) left();
      throw;
    }
  }

  // Below: a barrier that breaks or has been broken. Under repairs_, but for the waiting.

  bool break_by_time_out(std::uint32_t round) {
    const std::scoped_lock guard(repairs_);
    return break_round([&](State now) { return now.round == round && now.arrived < parties_; }, 1);
  }

  /// Ends the current round as broken if it is sound and the condition holds. `leaving` of its threads leave now.
  template <class MayBreak>
  bool break_round(MayBreak may_break, std::uint32_t leaving) {
    std::uint64_t seen = state_.load();
    State broken = State::of(seen);
    do {
      broken = State::of(seen);
      if (broken.health != Health::sound || !may_break(broken)) return false;
    } while (!state_.compare_exchange_weak(seen, State{broken.round, Health::broken}.packed()));
    still_inside_ = std::min(broken.arrived, parties_) - leaving;
    // Relaxed: publish_end() releases it.
    broken_round_.store(broken.round, std::memory_order_relaxed);
    phase_.publish_end(broken.round);
    return true;
  }

  [[noreturn]] void leave_broken() {
    {
      const std::scoped_lock guard(repairs_);
      left();
    }
    throw BrokenBarrier();
  }

  void left() {
    --still_inside_;
    if (State::of(state_.load()).health == Health::resetting) finish_reset();
  }

  void finish_reset() {
    if (still_inside_ != 0) return;
    broken_round_.store(no_round, std::memory_order_relaxed);  // nobody is left to ask for it
    const std::uint32_t next = State::after(phase_.round());
    state_.store(State{next}.packed());
    phase_.publish(next);
  }

  void set_health(Health health) { state_.store(State{State::of(state_.load()).round, health}.packed()); }

  /// Of one who found the barrier not sound. Keeps a barrier that stays broken from counting for ever.
  void take_arrival_back() noexcept {
    std::uint64_t seen = state_.load();
    while (State::of(seen).health != Health::sound && State::of(seen).arrived > 0 &&
           !state_.compare_exchange_weak(seen, seen - State::one_arrival)) {
    }
  }

  void wait_for_repair() {
    const std::uint32_t round =
        phase_.round();  // before the look at the health, whose next change moves it on
    const Health health = State::of(state_.load()).health;
    if (health == Health::broken) throw BrokenBarrier();
    if (health == Health::resetting) phase_.sleep_past(round, internal::Deadline::never());
  }

  typename P::template Atomic<std::uint64_t> state_{State{0}.packed()};
  internal::BarrierPhase<P> phase_;
  const std::uint32_t parties_;
  const int pauses_ = pauses_for(parties_);
  typename P::Word broken_round_{no_round};
  BasicLock<P> repairs_;
  std::uint32_t still_inside_ = 0;  // of the threads of the broken round
  const std::chrono::nanoseconds timeout_ = std::chrono::nanoseconds::max();
  Action action_;
};

/// Between the threads of one process.
using Barrier = BasicBarrier<internal::ThreadPlatform>;

/// The same, in memory that several processes map. The action is a plain function, at the same address in all
/// of them, as it is after fork. A process that dies in a round leaves the others waiting: time-outs and abort()
/// let them go, but after a reset() all would wait for the dead one, so make the barrier anew.
using SharedBarrier = BasicBarrier<internal::SharedPlatform, void (*)()>;

}  // namespace contend
