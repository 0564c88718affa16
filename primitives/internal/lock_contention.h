#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <thread>
#include <type_traits>

#include "primitives/internal/deadline.h"
#include "primitives/internal/lock_bucket.h"
#include "primitives/internal/lock_waiter.h"
#include "primitives/internal/platform.h"

namespace contend::internal {

/// A Lock is this, and a bucket that it shares with others.
template <class P>
struct alignas(2) LockState {
  typename P::template Atomic<bool> held{false};
  /// How often it has been unlocked, for waiters that want to know whether it changes hands fast.
  typename P::template Atomic<std::uint8_t> turn{0};

  // Relaxed, here and below: a hint.
  std::uint8_t next_turn() const noexcept { return turn.load(std::memory_order_relaxed) + 1; }

  /// By the holder: frees it and counts that, in one store where atomics are the CPU's. Of two stores the next atomic
  /// instruction would have to await the one after the other (0.3 ns of 7). That a store covers what others read and
  /// exchange by the byte is beyond the standard; Linux's queued spin locks do it on every machine.
  void free() noexcept {
    if constexpr (std::is_same_v<decltype(held), std::atomic<bool>>) {
      using BothBytes [[gnu::may_alias]] = std::uint16_t;
      const auto freed = std::bit_cast<std::uint16_t>(std::array<std::uint8_t, 2>{0, next_turn()});
      // Release pairs with the acquire of whoever locks next, who may destroy the object at once.
      __atomic_store_n(reinterpret_cast<BothBytes*>(this), freed, __ATOMIC_RELEASE);
    } else {
      turn.store(next_turn(), std::memory_order_relaxed);
      held.store(false, std::memory_order_release);  // as above
    }
  }
};

/// What is done where a Lock cannot be had, or may not simply be freed.
///
/// Whoever comes looks for about a microsecond, and tells nobody. Of those that go on waiting the first
/// becomes the heir: it spins, within a budget learned from what came of it. One more may spin beside it; all
/// others sleep. An unlock frees the lock; unless there is an heir it makes the first sleeper the heir, and
/// wakes it. An heir that has had enough gives up its place, then goes to sleep. A sleeper that has been
/// overtaken for too long says so, and the next unlock hands the lock over to it.
///
/// No wake-up is lost, because of each pair one sees the other:
///
///     unlock, bucket not quiet         sleeper
///     held = false                     list itself, ++sleepers
///     read sleepers, read heir         try to take it
///
///     unlock, bucket not quiet         heir gives up
///     held = false                     heir = none
///     read heir                        list itself, try to take it
///
///     unlock, bucket quiet             sleeper
///     held = false (a plain store)     quiet = false
///     (compiler barrier)               heavy fence (membarrier)
///     read quiet                       list itself, try to take it
///
/// The first two are seq_cst on both sides. In the last, an unlock that reads `not quiet` goes on through the
/// bucket's lock: either it finds the sleeper there, or the sleeper, coming later, finds it free.
///
/// A holder may leave others' sleepers to be woken by its unlock. It makes the bucket not quiet for that, without a
/// fence: its own unlock sees what it wrote itself.
template <class P>
class LockContention {
 public:
  using State = LockState<P>;
  using Bucket = LockBucket<P>;

  LockContention(State& state, Bucket& bucket) : state_(state), bucket_(bucket) {}

  /// False: the deadline has passed.
  [[gnu::noinline]] bool lock(Deadline deadline) noexcept {
    if (spin_unannounced()) return true;
    Deadline patient_until = Deadline::never();
    bool is_heir = become_heir();
    for (bool was_woken = false; !(is_heir ? spin_as_heir(deadline) : spin_beside_heir(deadline));
         was_woken = true) {
      Waiter self(&state_);
      self.impatient = was_woken && patient_until.has_passed();
      if (list(self, was_woken)) return true;
      if (!was_woken) patient_until = Deadline::after(tuning.patience * self.place);
      const LockNews news = wait(self, patient_until, deadline);
      if (news != LockNews::try_again) return news == LockNews::yours;
      is_heir = self.is_heir;
      lively_ = false;
    }
    return true;
  }

  /// By the holder, where the bucket is not quiet.
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
    if (added && bucket_.quiet.load(std::memory_order_relaxed)) {
      bucket_.quiet.store(false, std::memory_order_relaxed);
      bucket_.known_not_quiet = false;
    }
    bucket_.lock.unlock();
    return added;
  }

  /// After it has been freed.
  [[gnu::noinline]] void wake_one() noexcept {
    bucket_.lock.lock();
    Waiter* const waiter = take_out([](const Waiter&) { return true; });
    if (waiter != nullptr) waiter->is_heir = become_heir();
    bucket_.lock.unlock();
    if (waiter != nullptr) waiter->tell(LockNews::try_again);
  }

 private:
  using Waiter = LockWaiter<P>;

  /// Frees the lock, or hands it over, and sees to it that somebody is awake to take it.
  void pass_on() noexcept {
    // Relaxed: who misses an impatient waiter hands over at the next unlock.
    if (bucket_.impatient.load(std::memory_order_relaxed) != 0 && hand_over()) return;
    state_.turn.store(state_.next_turn(), std::memory_order_relaxed);
    state_.held.exchange(false);
    // From here on the lock is not touched: its address is only a number.
    if (bucket_.sleepers.load() == 0) return note_idle();
    if (bucket_.heir.load() != &state_) wake_one();
  }

  auto take_deferred_wakes() noexcept {
    bucket_.lock.lock();
    const auto wakes = bucket_.deferred_wakes.take();
    // Nobody has come to rely on it meanwhile.
    if (!bucket_.known_not_quiet) bucket_.quiet.store(true, std::memory_order_relaxed);
    bucket_.lock.unlock();
    return wakes;
  }

  static constexpr LockTuning tuning = lock_tuning<P>;

  bool try_lock() noexcept { return !state_.held.exchange(true); }

  bool become_heir() noexcept {
    const void* nobody = nullptr;
    // Relaxed to look: the exchange decides.
    return bucket_.heir.load(std::memory_order_relaxed) == nullptr &&
           bucket_.heir.compare_exchange_strong(nobody, &state_);
  }

  /// To become the heir moves a cache line, which threads that meet often would pass to and fro. Short
  /// sections are over before that. Ends early where the lock is lively. Nobody relies on who looks.
  bool spin_unannounced() noexcept {
    if (spin_budget() == 0) return false;
    const std::uint8_t first_turn = turn();
    for (int look = 1; look <= tuning.first_looks; ++look) {
      pause(tuning.first_pause);
      lively_ = changes_since(first_turn) > look;
      if (lively_) return false;
      if (take_if_free()) return true;
    }
    return false;
  }

  /// False: it gave up its place.
  bool spin_as_heir(Deadline deadline) noexcept {
    const bool locked = spin(deadline);
    learn(locked);
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
    const bool locked = spin(deadline);
    bucket_.beside_heir.store(false, std::memory_order_relaxed);
    return locked || spin_as_heir(deadline);
  }

  /// Looks often at first, then every `longest_pause`. A lively lock does best where it is left alone for a
  /// while: its holder keeps the line. Such looks are far apart, and cheap.
  bool spin(Deadline deadline) noexcept {
    const std::uint32_t budget = spin_budget();
    const std::uint8_t first_turn = turn();
    std::uint32_t pauses = lively_ ? tuning.lively_pause : 1;
    for (std::uint32_t spent = 0; spent < budget && !deadline.has_passed();) {
      pause(pauses);
      lively_ = lively_ || changes_since(first_turn) > 1;
      const bool may_take = !lively_ || pauses == tuning.lively_pause;
      if (may_take && take_if_free()) return true;
      spent += lively_ ? tuning.price_of_lively_pause : pauses;
      pauses = lively_ ? tuning.lively_pause : std::min(2 * pauses, tuning.longest_pause);
    }
    return false;
  }

  static void pause(std::uint32_t times) noexcept {
    for (; times > 0; --times) P::pause();
  }

  bool take_if_free() noexcept {
    // Relaxed: only a hint whether try_lock() is worth its write.
    return !state_.held.load(std::memory_order_relaxed) && try_lock();
  }

  /// None where nobody else can run meanwhile.
  std::uint32_t spin_budget() const noexcept {
    static const bool alone = std::thread::hardware_concurrency() == 1;
    // Relaxed: any budget is right.
    return alone ? 0 : tuning.longest_spin - bucket_.spin_less.load(std::memory_order_relaxed);
  }

  // Relaxed, here and below: a hint.
  std::uint8_t turn() const noexcept { return state_.turn.load(std::memory_order_relaxed); }

  /// How often it has been freed and taken since that turn, in which it was held.
  int changes_since(std::uint8_t first_turn) const noexcept {
    const bool is_free = !state_.held.load(std::memory_order_relaxed);
    return 2 * static_cast<std::uint8_t>(turn() - first_turn) - is_free;
  }

  /// Towards the longest spin where spinning helped, towards the shortest where it did not.
  void learn(bool locked) noexcept {
    constexpr std::uint32_t most = tuning.longest_spin - tuning.shortest_spin;
    // Relaxed: see spin_budget().
    const std::uint32_t less = bucket_.spin_less.load(std::memory_order_relaxed);
    const std::uint32_t learned = locked ? less - less / 4 - (less % 4 != 0) : less + (most - less + 3) / 4;
    if (learned != less) bucket_.spin_less.store(learned, std::memory_order_relaxed);
  }

  /// True: the lock was free, and is held by this thread now.
  bool list(Waiter& self, bool in_front) {
    bucket_.lock.lock();
    disturb_bucket();
    in_front ? bucket_.queue.push_front(self) : bucket_.queue.push_back(self);
    self.place = bucket_.sleepers.fetch_add(1) + 1;
    if (self.impatient) count_as_impatient();
    const bool locked = take_while_listed(self);
    bucket_.lock.unlock();
    return locked;
  }

  /// Under the bucket's lock.
  bool take_while_listed(Waiter& self) noexcept {
    const bool locked = try_lock();
    if (locked) remove(self);
    return locked;
  }

  void disturb_bucket() {
    // Relaxed: only a count.
    bucket_.idle_unlocks.store(0, std::memory_order_relaxed);
    // Relaxed: written under the bucket's lock. The fence pairs with the compiler's barrier in
    // Lock::unlock().
    if (!bucket_.quiet.load(std::memory_order_relaxed) && bucket_.known_not_quiet) return;
    bucket_.quiet.store(false, std::memory_order_relaxed);
    P::heavy_fence();
    bucket_.known_not_quiet = true;
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

  void note_idle() {
    // Relaxed: only a count; one that is lost does not matter.
    const std::uint32_t idle = bucket_.idle_unlocks.load(std::memory_order_relaxed) + 1;
    bucket_.idle_unlocks.store(idle, std::memory_order_relaxed);
    if (idle >= tuning.idle_unlocks) calm_bucket();
  }

  [[gnu::noinline, gnu::cold]] void calm_bucket() {
    if (!bucket_.lock.try_lock()) return;
    bucket_.idle_unlocks.store(0, std::memory_order_relaxed);
    // Without asymmetric fences a bucket is never quiet, and every unlock a full one.
    // Relaxed: whoever reads it too late only takes the longer way.
    if (bucket_.sleepers.load() == 0 && bucket_.deferred_wakes.empty() && P::has_asymmetric_fence()) {
      bucket_.quiet.store(true, std::memory_order_relaxed);
    }
    bucket_.lock.unlock();
  }

  State& state_;
  Bucket& bucket_;
  bool lively_ = false;  // taken and freed since this thread began to look
};

// There, so that whoever can wait also links what forgets the waiters in a forked child.
extern template class LockContention<ThreadPlatform>;

}  // namespace contend::internal
