#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/internal/deadline.h"
#include "primitives/internal/lock_bucket.h"
#include "primitives/internal/lock_spin.h"
#include "primitives/internal/lock_state.h"
#include "primitives/internal/lock_tuning.h"
#include "primitives/internal/lock_waiter.h"
#include "primitives/internal/platform.h"

namespace contend::internal {

/// What is done where a Lock cannot be had, or may not simply be freed.
///
/// Whoever comes looks for some microseconds, then yields while others want its CPU, and tells nobody. Of those that
/// go on waiting the first becomes the heir: it spins, within a budget learned from what came of it. One more may spin
/// beside it; all others sleep. An unlock frees the lock; unless there is an heir it makes the first sleeper the heir,
/// and wakes it. An heir that has had enough gives up its place, then goes to sleep. Where one that was woken does not
/// come, because its CPU is somebody else's, the next sleeper is woken too. A sleeper that has been overtaken for too
/// long says so, and the next unlock hands the lock over to it.
///
/// No wake-up is lost, because of each pair one sees the other:
///
///     unlock, bucket busy                   sleeper
///     held = false                          list itself, ++sleepers
///     read sleepers, read heir              try to take it
///
///     unlock, bucket busy                   heir gives up
///     held = false                          heir = none
///     read heir                             list itself, try to take it
///
///     unlock, bucket calm or quiet          sleeper, or an heir that has given up
///     held = false (a plain store)          mode = busy
///     (compiler barrier)                    heavy fence (membarrier)
///     read mode, if calm then read heir     list itself, try to take it
///
/// The first two are seq_cst on both sides. In the last, an unlock that reads `busy`, or that nobody is the heir, goes on
/// through the bucket's lock: either it finds the sleeper there, or the sleeper, coming later, finds it free. One that
/// reads that there is an heir may leave it at that: the heir finds the lock free, at the latest after the fence that it
/// gives up with.
///
/// A holder that leaves others' sleepers to be woken by its own unlock makes the bucket busy without a fence: that unlock
/// sees what its thread wrote. So does a waiter that becomes impatient: an unlock that overlooks it leaves the hand-over
/// to the next.
template <class P>
class LockContention {
 public:
  using State = LockState<P>;
  using Bucket = LockBucket<P>;
  using Time = typename Bucket::Time;

  LockContention(State& state, Bucket& bucket) : state_(state), bucket_(bucket) {}

  /// False: the deadline has passed.
  [[gnu::noinline]] bool lock(Deadline deadline) noexcept {
    if (spin_.unannounced()) return true;
    // Not with a deadline: the CPU may come back time slices later.
    if (deadline.is_never() && spin_.giving_way()) return true;
    Deadline patient_until = Deadline::never();
    bool is_heir = bucket_.become_heir(&state_, Bucket::there);
    for (bool was_woken = false; !(is_heir ? spin_as_heir(deadline) : spin_beside_heir(deadline));
         was_woken = true) {
      Waiter self(&state_);
      self.impatient = was_woken && patient_until.has_passed();
      if (list(self, was_woken)) return true;
      if (!was_woken) patient_until = Deadline::after(tuning.patience * self.place);
      const LockNews news = wait(self, patient_until, deadline);
      if (news != LockNews::try_again) return news == LockNews::yours;
      is_heir = self.is_heir;
      // Relaxed: a hint.
      if (is_heir) bucket_.called.store(Bucket::there, std::memory_order_relaxed);
      spin_.forget();
    }
    return true;
  }

  /// By the holder, where the bucket is busy.
  [[gnu::noinline]] void unlock() noexcept {
    if (!bucket_.deferred_wakes.are_for(&state_)) return pass_on();
    const auto wakes = take_deferred_wakes();
    pass_on();
    wakes.wake();
  }

  /// By the holder. False: no room.
  [[gnu::noinline]] bool wake_at_unlock(const typename P::Word& word) noexcept {
    bucket_.lock.lock();
    const bool added = bucket_.deferred_wakes.add(&state_, word);
    if (added) bucket_.become_busy();
    bucket_.lock.unlock();
    return added;
  }

  /// After it has been freed by a plain store, where the bucket is not quiet.
  [[gnu::noinline]] void wake_one_where_due(std::uint8_t turn) noexcept {
    // Acquire pairs with the release in settle(), and has the heir read after it: of who gave up while the bucket was
    // busy, without a fence of its own, nothing is seen any more.
    const bool is_calm = bucket_.mode.load(std::memory_order_acquire) == LockMode::calm;
    if (!is_calm || !heir_is_coming(turn)) wake_one();
  }

 private:
  using Waiter = LockWaiter<P>;

  static constexpr LockTuning tuning = lock_tuning<P>;

  /// Frees the lock, or hands it over, and sees to it that somebody is awake to take it.
  void pass_on() noexcept {
    // Relaxed: who misses an impatient waiter hands over at the next unlock.
    if (bucket_.impatient.load(std::memory_order_relaxed) != 0 && hand_over()) return;
    const std::uint8_t turn = state_.free_in_order();
    // From here on the lock is not touched: its address is only a number.
    if (bucket_.sleepers.load() != 0 && !heir_is_coming(turn)) wake_one();
    note_undisturbed();
  }

  void wake_one() noexcept {
    bucket_.lock.lock();
    Waiter* const waiter = take_out([](const Waiter&) { return true; });
    if (waiter != nullptr) waiter->is_heir = bucket_.become_heir(&state_, Deadline::Clock::now());
    bucket_.settle_where_calm();
    bucket_.lock.unlock();
    if (waiter != nullptr) waiter->tell(LockNews::try_again);
  }

  /// Or is there. Looked at once in a while, because the clock costs more than all else here.
  bool heir_is_coming(std::uint8_t turn) noexcept {
    if (bucket_.heir.load() != &state_) return false;
    // Relaxed, here and below: a hint. Two that find it late at once wake two.
    const Time called = bucket_.called.load(std::memory_order_relaxed);
    if (called == Bucket::there || turn % tuning.unlocks_between_looks != 0) return true;
    const Time now = Deadline::Clock::now();
    if (now - called < tuning.arrival) return true;
    bucket_.called.store(now, std::memory_order_relaxed);
    return false;
  }

  auto take_deferred_wakes() noexcept {
    bucket_.lock.lock();
    const auto wakes = bucket_.deferred_wakes.take();
    bucket_.settle_unless_known();
    bucket_.lock.unlock();
    return wakes;
  }

  /// False: it gave up its place.
  bool spin_as_heir(Deadline deadline) noexcept {
    const bool locked = spin_.within_budget(deadline);
    spin_.learn(locked);
    // Relaxed where it holds the lock: no unlock of it comes before its own, which releases.
    bucket_.heir.store(nullptr, locked ? std::memory_order_relaxed : std::memory_order_seq_cst);
    return locked;
  }

  /// The heir may still be on its way, and the lock may be free before it comes. Who has spun here in vain
  /// takes over from an heir that is not there yet: on and on waiting for a CPU, it would keep all others
  /// asleep. False: as above, or somebody else spins here. Nobody relies on who does.
  bool spin_beside_heir(Deadline deadline) noexcept {
    // Relaxed, here and below: guards no data.
    if (bucket_.beside_heir.load(std::memory_order_relaxed)) return false;
    if (bucket_.beside_heir.exchange(true, std::memory_order_relaxed)) return false;
    const bool locked = spin_.within_budget(deadline);
    bucket_.beside_heir.store(false, std::memory_order_relaxed);
    return locked || spin_as_heir(deadline);
  }

  /// True: the lock was free, and is held by this thread now.
  bool list(Waiter& self, bool in_front) {
    bucket_.lock.lock();
    bucket_.disturb();
    in_front ? bucket_.queue.push_front(self) : bucket_.queue.push_back(self);
    self.place = bucket_.sleepers.fetch_add(1) + 1;
    if (self.impatient) count_as_impatient();
    const bool locked = take_while_listed(self);
    bucket_.lock.unlock();
    return locked;
  }

  /// Under the bucket's lock.
  bool take_while_listed(Waiter& self) noexcept {
    const bool locked = state_.try_lock();
    if (locked) remove(self);
    return locked;
  }

  LockNews wait(Waiter& self, Deadline patient_until, Deadline deadline) {
    if (!self.impatient) {
      const LockNews news = self.sleep(Deadline::earlier(patient_until, deadline));
      if (news != LockNews::none) return news;
      if (!deadline.has_passed() && become_impatient(self)) return LockNews::yours;
    }
    LockNews news = self.spin(tuning.impatient_looks);
    if (news == LockNews::none) news = self.sleep(deadline);
    return news == LockNews::none ? stop_waiting(self) : news;
  }

  /// True: as list(). A heir that lost its CPU may have left it free.
  bool become_impatient(Waiter& self) {
    bucket_.lock.lock();
    const bool locked = self.listed && take_while_listed(self);
    if (self.listed) {
      self.stay_awake();
      self.impatient = true;
      bucket_.become_busy();
      count_as_impatient();
    }
    bucket_.lock.unlock();
    return locked;
  }

  // Relaxed: see unlock().
  void count_as_impatient() noexcept { bucket_.impatient.fetch_add(1, std::memory_order_relaxed); }

  /// Where somebody has taken it out already, it must wait for the news, and heed it.
  LockNews stop_waiting(Waiter& self) {
    bucket_.lock.lock();
    const bool was_listed = self.listed;
    if (was_listed) remove(self);
    bucket_.lock.unlock();
    return was_listed ? LockNews::none : self.sleep(Deadline::never());
  }

  /// By the holder. False: nobody is impatient for this lock.
  bool hand_over() {
    bucket_.lock.lock();
    Waiter* const waiter = take_out([](const Waiter& candidate) { return candidate.impatient; });
    bucket_.settle_unless_known();
    bucket_.lock.unlock();
    if (waiter != nullptr) waiter->tell(LockNews::yours);
    return waiter != nullptr;
  }

  /// Who has waited longest for this lock among those that are wanted. Under the bucket's lock.
  template <class Wanted>
  Waiter* take_out(Wanted wanted) noexcept {
    Waiter* const waiter = bucket_.queue.find(
        [&](const Waiter& candidate) { return candidate.lock() == &state_ && wanted(candidate); });
    if (waiter != nullptr) remove(*waiter);
    return waiter;
  }

  void remove(Waiter& waiter) noexcept {
    bucket_.queue.remove(waiter);
    bucket_.sleepers.fetch_sub(1);
    // Relaxed: see unlock().
    if (waiter.impatient) bucket_.impatient.fetch_sub(1, std::memory_order_relaxed);
  }

  void note_undisturbed() {
    // Relaxed: only a count; one that is lost does not matter.
    const std::uint32_t unlocks = bucket_.undisturbed.load(std::memory_order_relaxed) + 1;
    bucket_.undisturbed.store(unlocks, std::memory_order_relaxed);
    if (unlocks >= tuning.undisturbed_unlocks) calm_down();
  }

  [[gnu::noinline, gnu::cold]] void calm_down() {
    if (!bucket_.lock.try_lock()) return;
    // Relaxed: as above.
    bucket_.undisturbed.store(0, std::memory_order_relaxed);
    bucket_.settle();
    bucket_.lock.unlock();
  }

  State& state_;
  Bucket& bucket_;
  LockSpin<P> spin_{state_, bucket_};
};

// There, so that whoever can wait also links what forgets the waiters in a forked child.
extern template class LockContention<ThreadPlatform>;

}  // namespace contend::internal
