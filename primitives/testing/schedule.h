#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/internal/deadline.h"
#include "primitives/internal/futex.h"
#include "primitives/internal/lock_tuning.h"

// A deterministic scheduler under the platform seam. A primitive built on SimPlatform hands control to it at
// every atomic operation, sleep, wake, pause and yield; the scheduler runs one thread at a time and draws the
// next from a seeded generator. The same seed gives the same interleaving.
//
// Interleavings are sequentially consistent: a memory order that is too weak is not found here
// (ThreadSanitizer and models look for that).
namespace contend::testing {

/// One small program: what each thread does, and what must hold when all have ended. Made anew for every
/// seed, so that each starts from fresh objects; state that threads share is kept in a shared_ptr, because
/// the threads of a failed schedule stay where they are for ever.
struct Scenario {
  std::vector<std::function<void()>> threads;
  std::function<void()> check = {};
};

struct Exploration {
  int schedules = 0;  // run, with the failing one
  std::optional<std::uint64_t> failing_seed = {};
  std::string what = {};

  bool holds() const { return !failing_seed; }
};

/// Says what failed, the last steps before it, and how to run that schedule again.
std::ostream& operator<<(std::ostream& out, const Exploration& exploration);

/// Runs `make()` under the seeds 1 to `seeds`, up to the first that fails; under CONTEND_SEED alone where the
/// environment sets it. A schedule fails where require() does, an exception leaves a thread, every thread
/// sleeps without a deadline (a lost wake-up), it does not end (a livelock), or an atomic is touched after
/// its destruction. Wake-ups out of nothing are injected at random, and time-outs wherever a wait has a
/// deadline that is not never. One exploration at a time.
Exploration explore(int seeds, const std::function<Scenario()>& make);

/// Fails the schedule and, in one of its threads, does not return.
void require(bool holds, std::string_view what);

/// In a scenario's thread: lets others run until `count` of them sleep, so that they are known to be waiting.
void await_sleepers(int count) noexcept;

namespace schedule {

enum class Step { load, modify, wait, wake, pause, yield };

/// Before an operation on `object`: another thread may go first.
void step(Step step, const void* object) noexcept;
/// Whether something that may fail for no reason does so now.
bool fails_spuriously() noexcept;
void note_birth(const void* object) noexcept;
void note_death(const void* object) noexcept;
internal::FutexResult sleep(const void* word, internal::Deadline deadline, internal::FutexBits bits) noexcept;
void wake(const void* word, int count, internal::FutexBits bits) noexcept;
/// Of the schedule that is running, from 1 on over all explorations.
std::uint64_t number() noexcept;

/// What is one per process is one per schedule here, so that none depends on those before it.
template <class T>
T& process_wide() {
  static std::unique_ptr<T> object;
  static std::uint64_t made_in = 0;
  if (made_in != number()) {
    object = std::make_unique<T>();
    made_in = number();
  }
  return *object;
}

/// std::atomic's operations, each of them a step of the schedule.
template <class T>
class Atomic {
 public:
  Atomic(T value = T()) noexcept : value_(value) { note_birth(this); }
  ~Atomic() { note_death(this); }
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  T load(std::memory_order = std::memory_order_seq_cst) const noexcept {
    step(Step::load, this);
    return value_;
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
    exchange(value, order);
  }
  T exchange(T value, std::memory_order = std::memory_order_seq_cst) noexcept {
    return modify([value](T) { return value; });
  }
  T fetch_add(T by, std::memory_order = std::memory_order_seq_cst) noexcept {
    return modify([by](T value) { return static_cast<T>(value + by); });
  }
  T fetch_sub(T by, std::memory_order = std::memory_order_seq_cst) noexcept {
    return modify([by](T value) { return static_cast<T>(value - by); });
  }
  T fetch_and(T bits, std::memory_order = std::memory_order_seq_cst) noexcept {
    return modify([bits](T value) { return static_cast<T>(value & bits); });
  }
  T fetch_or(T bits, std::memory_order = std::memory_order_seq_cst) noexcept {
    return modify([bits](T value) { return static_cast<T>(value | bits); });
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order = std::memory_order_seq_cst,
                               std::memory_order = std::memory_order_seq_cst) noexcept {
    step(Step::modify, this);
    if (value_ == expected) {
      value_ = desired;
      return true;
    }
    expected = value_;
    return false;
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst,
                             std::memory_order = std::memory_order_seq_cst) noexcept {
    if (!fails_spuriously()) return compare_exchange_strong(expected, desired, order);
    expected = load();
    return false;
  }

  /// The value, without a step.
  T peek() const noexcept { return value_; }

 private:
  template <class Change>
  T modify(Change change) noexcept {
    step(Step::modify, this);
    const T before = value_;
    value_ = change(before);
    return before;
  }

  T value_;  // one thread runs at a time, and passing the turn orders memory
};

/// As std::stop_callback. A destructor that must wait for the callback gives way to its thread: the schedule would stand
/// still in a wait that it does not know.
template <class Callback>
class StopCallback {
 public:
  StopCallback(std::stop_token token, Callback callback)
      : callback_(std::move(callback)), registration_(std::move(token), Call{this}) {}
  StopCallback(const StopCallback&) = delete;
  StopCallback& operator=(const StopCallback&) = delete;
  ~StopCallback() {
    while (runs_ && runner_ != std::this_thread::get_id()) step(Step::yield, nullptr);
  }

 private:
  struct Call {
    StopCallback* self;
    void operator()() const {
      self->runner_ = std::this_thread::get_id();
      self->runs_ = true;
      self->callback_();
      self->runs_ = false;
    }
  };

  Callback callback_;
  bool runs_ = false;
  std::thread::id runner_;
  std::stop_callback<Call> registration_;
};

}  // namespace schedule

/// The platform seam on the scheduler. Outside a scenario's threads its operations just happen, and waiting
/// is not possible.
struct SimPlatform {
  template <class T>
  using Atomic = schedule::Atomic<T>;
  using Word = Atomic<std::uint32_t>;

  static internal::FutexResult wait(const Word& word, std::uint32_t expected,
                                    internal::Deadline deadline = internal::Deadline::never(),
                                    internal::FutexBits bits = internal::any_sleeper) noexcept {
    schedule::step(schedule::Step::wait, &word);
    // From here to the end of sleep() no other thread runs: comparing and falling asleep are one step.
    if (word.peek() != expected) return internal::FutexResult::woken;
    return schedule::sleep(&word, deadline, bits);
  }
  static void wake(const Word& word, int count, internal::FutexBits bits = internal::any_sleeper) noexcept {
    schedule::wake(&word, count, bits);
  }
  static void pause() noexcept { schedule::step(schedule::Step::pause, nullptr); }
  static void yield() noexcept { schedule::step(schedule::Step::yield, nullptr); }
  template <class Callback>
  using StopCallback = schedule::StopCallback<Callback>;
  /// Nothing to do where all is in order anyway.
  static void light_fence() noexcept {}
  static void heavy_fence() noexcept {}
  static bool has_asymmetric_fence() noexcept { return true; }
  template <class T>
  static T& process_wide() {
    return schedule::process_wide<T>();
  }

  /// Few, so that the sleeping path is reached.
  static constexpr int longest_spin = 100;
  static constexpr int most_under_way = 2;
  static constexpr int most_offers = 1;

  /// However long a schedule takes.
  static constexpr std::chrono::nanoseconds longest_yield = std::chrono::hours(24);

  static constexpr internal::LockTuning lock_tuning{.buckets = 1,
                                                    .undisturbed_unlocks = 2,
                                                    .patience = std::chrono::hours(1),
                                                    .arrival = std::chrono::hours(1),
                                                    .unlocks_between_looks = 1,
                                                    .first_looks = 1,
                                                    .first_pause = 1,
                                                    .later_looks = 1,
                                                    .later_pause = 1,
                                                    .most_yields = 1,
                                                    .shortest_absence = std::chrono::nanoseconds(0),
                                                    .shortest_spin = 2,
                                                    .longest_spin = 6,
                                                    .longest_pause = 2,
                                                    .lively_pause = 2,
                                                    .price_of_lively_pause = 2,
                                                    .impatient_looks = 2};

  static constexpr bool between_processes = false;
};

}  // namespace contend::testing
