#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/lock_checks.h"
#include "workloads/sync/spin_wait.h"
#include "workloads/work_units.h"

namespace contend::workloads {

/// Two workers pass the lock to and fro: the owner sees that the other has come, holds on for `hold_ns`, and unlocks; it
/// comes back once the other owns the lock. After a short hold the other is still on its way or spinning, after a long
/// one it sleeps, if it ever does. A wait is the hand-off alone, from the call of unlock() to the next owner's return
/// from lock(); an operation has the holding in it too.
template <class L>
class HandOff {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "hand_off";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const char* hold : {"500", "100000"}) result.push_back({2, {{"hold_ns", hold}}, Tier::full});
    return result;
  }

  explicit HandOff(const Setup& setup) : hold_(units_for(setup.args.number("hold_ns"), setup.unit_ns)) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Handle<L> lock(lock_);
    const unsigned id = worker.id();
    Side& own = sides_[id];
    const Side& other = sides_[1 - id];
    Tally tally(worker);
    // Worker 0 owns the lock first in every turn.
    for (std::uint64_t turn = 1; await(other.owned, turn - 1 + id, other); ++turn) {
      own.come.store(turn);
      lock.lock();
      if (passes_ != 0) probe.record_since(unlocking_at_);
      enter(id);
      own.owned.store(turn);
      const bool comes = await(other.come, turn + id, other);
      value_ = do_work(hold_, value_);
      leave(id);
      unlocking_at_ = probe.now();
      lock.unlock();
      if (!tally.one() || !comes) break;
    }
    own.gone.store(true);
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& result) const {
    check_entered(passes_, operations_of(result));
    if (intrusions_ != 0)
      throw CheckFailed("the lock let two in: " + std::to_string(intrusions_) + " times at once");
  }

 private:
  static constexpr unsigned nobody = 2;

  /// What one worker tells the other.
  struct alignas(2 * internal::cache_line_size) Side {
    std::atomic<std::uint64_t> come{0};   // the turn for which it is about to lock
    std::atomic<std::uint64_t> owned{0};  // the last turn in which it owned the lock
    std::atomic<bool> gone{false};
  };

  /// Waits until the other's count is that far. False: it has gone, and never will be.
  static bool await(const std::atomic<std::uint64_t>& count, std::uint64_t wanted, const Side& other) {
    spin_until([&] { return count.load() >= wanted || other.gone.load(); });
    return count.load() >= wanted;
  }

  void enter(unsigned id) {
    ++passes_;
    if (owner_ != nobody) ++intrusions_;
    owner_ = id;
  }
  void leave(unsigned id) {
    if (owner_ != id) ++intrusions_;
    owner_ = nobody;
  }

  alignas(2 * internal::cache_line_size) L lock_;
  // Under the lock.
  alignas(2 * internal::cache_line_size) std::uint64_t passes_ = 0;
  std::uint64_t intrusions_ = 0;
  std::uint64_t unlocking_at_ = 0;
  std::uint64_t value_ = 1;
  unsigned owner_ = nobody;
  std::array<Side, 2> sides_;
  alignas(2 * internal::cache_line_size) const std::uint64_t hold_;
};

}  // namespace contend::workloads
