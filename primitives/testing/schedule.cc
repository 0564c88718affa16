#include "primitives/testing/schedule.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <random>
#include <thread>
#include <unordered_set>

#include "primitives/testing/schedule_parts.h"

namespace contend::testing {
namespace {

using internal::FutexResult;
using schedule::Step;
using schedule::Turn;

constexpr std::uint64_t step_limit = 50'000;
constexpr int longest_rush = 512;  // pauses in a row before a rushing thread gives way after all

enum class State { runnable, asleep, ended };

struct Thread {
  Turn turn;
  std::function<void()> body;
  State state = State::ended;
  const void* asleep_on = nullptr;
  internal::FutexBits bits = internal::any_sleeper;
  bool has_deadline = false;
  FutexResult result = FutexResult::woken;
  int pauses = 0;  // since its last operation that writes
};

class Simulation;
thread_local Simulation* simulation = nullptr;  // in the threads of a scenario only
thread_local Thread* self = nullptr;
thread_local bool dismissed = false;  // its thread-local objects die beside each other, after the schedules
Simulation* current = nullptr;        // whose objects are born and die
std::uint64_t schedules_begun = 0;

/// Keeps its threads from seed to seed. All members belong to whoever has the turn.
class Simulation : public std::enable_shared_from_this<Simulation> {
 public:
  /// Empty where the schedule held, else what failed.
  std::string run(std::uint64_t seed, const std::function<Scenario()>& make) {
    begin(seed);
    const Scenario scenario = make();
    add_threads(scenario);
    pass_turn();
    main_turn_.take();
    if (failure_.empty() && scenario.check) scenario.check();
    return failure_;
  }

  /// Sends home the threads that have ended; those of a failed schedule stay where they are.
  void dismiss() {
    for (Thread& thread : threads_) {
      if (thread.state == State::ended) thread.turn.give();
    }
  }

  void step(Step step, const void* object) noexcept {
    trace(step, object);
    if (++steps_ > step_limit) fail("does not end: a livelock, or a step limit that is too low");
    self->pauses = step == Step::pause ? self->pauses + 1 : step == Step::load ? self->pauses : 0;
    const bool rushes_on = rushes_ && self->pauses > 0 && self->pauses < longest_rush;
    if (step == Step::yield) {
      pass_turn(self);
    } else if (!rushes_on && one_in(switch_one_in_)) {
      pass_turn();
    }
    // Last, because the operation itself comes next, and others may have run since this thread decided on it.
    if (object != nullptr && dead_.contains(object)) fail("an atomic is touched after its destruction");
  }

  FutexResult sleep(const void* word, internal::Deadline deadline, internal::FutexBits bits) noexcept {
    if (deadline.has_passed()) return FutexResult::timed_out;
    self->has_deadline = !deadline.is_never();
    self->asleep_on = word;
    self->bits = bits;
    self->state = State::asleep;
    pass_turn();
    return self->result;
  }

  /// The kernel's order is not promised, so any of the sleepers may be the one. No look at the object.
  void wake(const void* word, int count, internal::FutexBits bits) noexcept {
    trace(Step::wake, word);
    auto sleeps_here = [word, bits](const Thread& thread) {
      return thread.state == State::asleep && thread.asleep_on == word && (thread.bits & bits) != 0;
    };
    for (; count > 0; --count) {
      Thread* const sleeper = any(sleeps_here);
      if (sleeper == nullptr) break;
      rouse(*sleeper, FutexResult::woken);
    }
    if (one_in(switch_one_in_)) pass_turn();
  }

  int sleepers() const noexcept {
    return static_cast<int>(std::count_if(threads_.begin(), threads_.end(), [](const Thread& thread) {
      return thread.state == State::asleep;
    }));
  }

  bool one_in(std::uint64_t n) noexcept { return draw(n) == 0; }
  void born(const void* object) noexcept { dead_.erase(object); }
  void died(const void* object) noexcept { dead_.insert(object); }

  /// In a scenario's thread it does not return: no exception may pass through the noexcept code under test,
  /// so the thread stays here for ever.
  void fail(std::string_view what) noexcept {
    failure_ = std::string(what) + "\n  the last steps, as thread:operation:object:" + trace_.text();
    if (self == nullptr) return;
    main_turn_.give();
    while (true) Turn().take();
  }

 private:
  void begin(std::uint64_t seed) {
    ++schedules_begun;
    random_.seed(seed);
    steps_ = 0;
    dead_.clear();
    failure_.clear();
    trace_.clear();
    switch_one_in_ = std::array<std::uint64_t, 4>{1, 2, 4, 16}[draw(4)];
    rushes_ = one_in(2);
    spurious_wakes_ = std::array{0, 0, 1, 4}[draw(4)];
  }

  void add_threads(const Scenario& scenario) {
    while (threads_.size() < scenario.threads.size()) {
      Thread& thread = threads_.emplace_back();
      std::thread([keep = shared_from_this(), &thread] { keep->work(thread); }).detach();
    }
    for (std::size_t i = 0; i < scenario.threads.size(); ++i) {
      threads_[i].body = scenario.threads[i];
      threads_[i].pauses = 0;
      threads_[i].state = State::runnable;
    }
  }

  void work(Thread& thread) {
    simulation = this;
    self = &thread;
    while (true) {
      thread.turn.take();
      if (!thread.body) {
        simulation = nullptr;
        dismissed = true;
        return;
      }
      try {
        thread.body();
      } catch (const std::exception& error) {
        fail(std::string("an exception left a thread: ") + error.what());
      }
      thread.body = nullptr;
      thread.state = State::ended;
      pass_turn();
    }
  }

  /// Draws who goes next; `except` only where nobody else can.
  void pass_turn(Thread* except = nullptr) noexcept {
    Thread* const me = self;
    const bool goes_on = me != nullptr && me->state != State::ended;  // read while the turn is still here
    disturb_sleepers();
    Thread* const next = choose(except);
    if (next != nullptr && next == me) return;
    if (next != nullptr) {
      next->turn.give();
    } else if (all_ended()) {
      main_turn_.give();
    } else {
      fail("every thread that has not ended is asleep, without a deadline: a lost wake-up or a deadlock");
    }
    if (goes_on) me->turn.take();
  }

  Thread* choose(Thread* except) noexcept {
    auto is_ready = [except](const Thread& thread) {
      return thread.state == State::runnable && &thread != except;
    };
    if (Thread* ready = any(is_ready)) return ready;
    if (except != nullptr && except->state == State::runnable) return except;
    return time_out_a_sleeper();
  }

  void disturb_sleepers() noexcept {
    if (!one_in(16)) return;
    if (spurious_wakes_ == 0 || one_in(2)) {
      time_out_a_sleeper();
    } else if (Thread* sleeper = any([](const Thread& thread) { return thread.state == State::asleep; })) {
      --spurious_wakes_;
      rouse(*sleeper, FutexResult::woken);
    }
  }

  Thread* time_out_a_sleeper() noexcept {
    Thread* sleeper =
        any([](const Thread& thread) { return thread.state == State::asleep && thread.has_deadline; });
    if (sleeper != nullptr) rouse(*sleeper, FutexResult::timed_out);
    return sleeper;
  }

  /// One of those wanted, drawn at random, or null.
  template <class Wanted>
  Thread* any(Wanted wanted) noexcept {
    Thread* drawn = nullptr;
    std::uint64_t seen = 0;
    for (Thread& thread : threads_) {
      if (wanted(thread) && one_in(++seen)) drawn = &thread;
    }
    return drawn;
  }

  static void rouse(Thread& thread, FutexResult result) noexcept {
    thread.result = result;
    thread.state = State::runnable;
  }

  bool all_ended() const noexcept {
    for (const Thread& thread : threads_) {
      if (thread.state != State::ended) return false;
    }
    return true;
  }

  std::uint64_t draw(std::uint64_t n) noexcept { return random_() % n; }

  void trace(Step step, const void* object) noexcept {
    int index = 0;
    while (&threads_[static_cast<std::size_t>(index)] != self) ++index;
    trace_.add(index, step, object);
  }

  std::deque<Thread> threads_;
  Turn main_turn_;
  std::mt19937_64 random_;
  std::uint64_t steps_ = 0;
  std::uint64_t switch_one_in_ = 1;
  bool rushes_ =
      false;  // pausing threads mostly spin their patience out, so that the sleeping path is reached
  int spurious_wakes_ = 0;
  std::unordered_set<const void*> dead_;
  std::string failure_;
  schedule::Trace trace_;
};

}  // namespace

namespace schedule {

void step(Step step, const void* object) noexcept {
  if (simulation != nullptr) simulation->step(step, object);
}

bool fails_spuriously() noexcept { return simulation != nullptr && simulation->one_in(8); }

void note_birth(const void* object) noexcept {
  if (!dismissed && current != nullptr) current->born(object);
}

void note_death(const void* object) noexcept {
  if (!dismissed && current != nullptr) current->died(object);
}

FutexResult sleep(const void* word, internal::Deadline deadline, internal::FutexBits bits) noexcept {
  if (simulation == nullptr) std::abort();  // nobody could wake it
  return simulation->sleep(word, deadline, bits);
}

std::uint64_t number() noexcept { return schedules_begun; }

void wake(const void* word, int count, internal::FutexBits bits) noexcept {
  if (simulation != nullptr) simulation->wake(word, count, bits);
}

}  // namespace schedule

void require(bool holds, std::string_view what) {
  if (!holds && current != nullptr) current->fail(what);
}

void await_sleepers(int count) noexcept {
  while (simulation->sleepers() < count) SimPlatform::yield();
}

Exploration explore(int seeds, const std::function<Scenario()>& make) {
  const schedule::OnOneCpu on_one_cpu;
  const auto simulation_of_all = std::make_shared<Simulation>();
  current = simulation_of_all.get();
  std::uint64_t seed = 1;
  std::uint64_t last = static_cast<std::uint64_t>(seeds);
  if (const char* only = std::getenv("CONTEND_SEED")) seed = last = std::strtoull(only, nullptr, 10);
  Exploration result;
  for (; seed <= last && result.holds(); ++seed) {
    ++result.schedules;
    result.what = current->run(seed, make);
    if (!result.what.empty()) result.failing_seed = seed;
  }
  current->dismiss();
  current = nullptr;
  return result;
}

std::ostream& operator<<(std::ostream& out, const Exploration& exploration) {
  if (exploration.holds()) return out << exploration.schedules << " schedules, all held";
  return out << "seed " << *exploration.failing_seed << ": " << exploration.what
             << "\n  CONTEND_SEED=" << *exploration.failing_seed << " in the environment runs it again";
}

}  // namespace contend::testing
