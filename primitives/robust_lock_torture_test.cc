#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <numeric>
#include <random>
#include <thread>

#include "primitives/internal/shared_memory.h"
#include "primitives/robust_lock.h"
#include "primitives/testing/threads.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kills = 400;
constexpr int workers = 3;  // beside the one that is killed

/// Entries that are made in several steps, each of which may be a worker's last.
class Ledger {
 public:
  RobustLock lock;
  std::atomic<long> entries_of_victims{0};
  std::atomic<long> told{0};
  std::atomic<bool> stop{false};
  std::atomic<bool> failed{false};
  std::atomic<bool> ignores_deaths{false};  // the planted fault

  /// False where the lock was lost: nobody has it, and nobody gets it.
  bool enter(int worker) {
    const RobustResult result = lock.try_lock_for(100s);
    if (!result) return false;
    if (result.owner_died()) {
      if (!ignores_deaths) put_right();
      lock.make_consistent();
      ++told;
    }
    if (!is_whole()) failed = true;
    add_entry(worker);
    lock.unlock();
    return true;
  }

  bool is_whole() const {
    return total_ == check_ && total_ == std::accumulate(by_worker_.begin(), by_worker_.end(), 0L);
  }
  long entries_of(int worker) const { return by_worker_[static_cast<std::size_t>(worker)]; }

 private:
  void add_entry(int worker) {
    total_ = total_ + 1;
    if (total_ % 4 == 0) std::this_thread::yield();
    by_worker_[static_cast<std::size_t>(worker)] += 1;
    if (total_ % 4 == 1) std::this_thread::yield();
    check_ = total_;
  }
  void put_right() {
    total_ = std::accumulate(by_worker_.begin(), by_worker_.end(), 0L);
    check_ = total_;
  }

  volatile long total_ = 0;  // a killed process leaves what it wrote, in the order of the program
  volatile long check_ = 0;
  std::array<long, workers + 1> by_worker_{};
};

/// Until the end. Not 0 if the lock was lost, or one of its entries.
int survive(Ledger& ledger, int worker) {
  long entries = 0;
  while (!ledger.stop) {
    if (!ledger.enter(worker)) return 1;
    ++entries;
  }
  return entries == ledger.entries_of(worker) ? 0 : 2;
}

int be_killed(Ledger& ledger) {
  while (ledger.enter(workers)) ++ledger.entries_of_victims;
  return 1;
}

/// A process that is killed at a random moment, but not before it has been at work.
void start_and_kill(Ledger& ledger, std::mt19937& random) {
  const long before = ledger.entries_of_victims;
  const pid_t victim = start_process([&ledger] { return be_killed(ledger); });
  while (ledger.entries_of_victims == before) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 400));
  kill(victim, SIGKILL);
  reap(victim);
}

/// Kills one process after the other beside those that survive, until it has killed enough or an owner was
/// let in unwarned. Whether all survivors got the lock to the end, and found their entries.
bool survives(Ledger& ledger) {
  std::array<pid_t, workers> survivors{};
  for (int i = 0; i < workers; ++i) {
    survivors[static_cast<std::size_t>(i)] = start_process([&ledger, i] { return survive(ledger, i); });
  }
  std::mt19937 random(1);
  for (int i = 0; i < kills && !ledger.failed; ++i) start_and_kill(ledger, random);
  ledger.stop = true;
  int lost = 0;
  for (const pid_t survivor : survivors) lost += reap(survivor) == 0 ? 0 : 1;
  return lost == 0;
}

TEST(RobustLockTorture, NothingIsLostWhereOwnersAreKilled) {
  internal::SharedArray<Ledger> memory(1);
  Ledger& ledger = memory[0];
  EXPECT_TRUE(survives(ledger)) << "the lock was lost, or an entry";
  EXPECT_FALSE(ledger.failed) << "an owner was let in unwarned on what a dead one had left half done";
  EXPECT_TRUE(ledger.enter(0));
  EXPECT_TRUE(ledger.is_whole());
  const long uncounted = ledger.entries_of(workers) - ledger.entries_of_victims;
  EXPECT_TRUE(uncounted >= 0 && uncounted <= kills) << "a victim's own count is at most one entry behind";
  EXPECT_GT(ledger.told, 0) << "of " << kills << " killed, none held the lock";
  RecordProperty("told", static_cast<int>(ledger.told));
}

TEST(RobustLockTorture, FindsAnOwnerThatDoesNotPutRightWhatItWasToldOf) {
  internal::SharedArray<Ledger> memory(1);
  Ledger& ledger = memory[0];
  ledger.ignores_deaths = true;
  survives(ledger);
  EXPECT_TRUE(ledger.failed);
}

}  // namespace
}  // namespace contend::testing
