#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>

#include "primitives/internal/item_board.h"
#include "primitives/testing/schedule_scenarios.h"

// The protocol of the process pool under the deterministic scheduler, with a worker that dies at each of its
// steps. A lost wake-up, or an item that is missing or done twice, shows in some schedule: sleeps have no
// time limit here, so that nothing but the protocol ends them.
namespace contend::testing {
namespace {

/// Thrown where a thread is to die.
struct Death {};

// Atomic operations that this thread may still begin; negative for no limit.
thread_local int steps_to_live = -1;

void live_one_step() {
  if (steps_to_live == 0) throw Death();
  if (steps_to_live > 0) --steps_to_live;
}

struct MortalPlatform : SimPlatform {
  template <class T>
  class Atomic : private schedule::Atomic<T> {
    using Base = schedule::Atomic<T>;
    friend MortalPlatform;

   public:
    using Base::Base;
    T load(std::memory_order = {}) const { return live_one_step(), Base::load(); }
    void store(T value) { live_one_step(), Base::store(value); }
    T exchange(T value) { return live_one_step(), Base::exchange(value); }
    T fetch_add(T by) { return live_one_step(), Base::fetch_add(by); }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order = {}) {
      return live_one_step(), Base::compare_exchange_strong(expected, desired);
    }
    bool compare_exchange_weak(T& expected, T desired) {
      return live_one_step(), Base::compare_exchange_weak(expected, desired);
    }
  };
  using Word = Atomic<std::uint32_t>;

  static auto wait(const Word& word, std::uint32_t expected, internal::Deadline deadline) {
    return live_one_step(), SimPlatform::wait(word, expected, deadline);
  }
  static auto wait(const Word& word, std::uint32_t expected) {
    return wait(word, expected, internal::Deadline::never());
  }
  static void wake(const Word& word, int count) { live_one_step(), SimPlatform::wake(word, count); }
};

using Board = internal::ItemBoard<MortalPlatform>;
using Phase = internal::ItemSlots<MortalPlatform>::Phase;
using Position = Board::Position;

constexpr Position items = 4;
constexpr int steps_of_a_life = 40;  // enough to be through with all items

struct Shared {
  Board board{2, 2, 1};
  std::array<int, items> computed{};
  int lost = 0;
  bool over = false;
};

void collect(Shared& shared, Position position) {
  if (shared.board.slots().phase(position) == Phase::lost) {
    ++shared.lost;
    return;
  }
  require(shared.board.slots().phase(position) == Phase::done, "an item is neither done nor lost");
  require(shared.board.slots().value(position) == position * 3, "a wrong result");
  require(shared.computed[position] == 1, "an item was not done once");
}

/// Publishes every item, waits for each, and sends the workers home.
void parent(Shared& shared) {
  Position published = 0;
  for (Position collected = 0; collected < items; ++collected) {
    const Position before = published;
    for (; published < items && published - collected < shared.board.slots().capacity(); ++published) {
      shared.board.slots().publish(published, published);
    }
    shared.board.wake_for(published - before);
    shared.board.wait_for(collected, [] { return false; });
    collect(shared, collected);
  }
  shared.over = true;
  shared.board.wake_sleepers();
}

void worker(Shared& shared, unsigned number) {
  shared.board.start(number);
  const auto is_wanted = [&] { return !shared.over; };
  while (const auto position = shared.board.next_item(number, std::chrono::nanoseconds::max(), is_wanted)) {
    const std::uint64_t id = shared.board.slots().id(*position);
    require(++shared.computed[id] == 1, "an item was done twice");
    shared.board.slots().finish(*position, id * 3);
  }
}

enum class AfterDeath { unnoticed, noticed, replaced };

void short_lived_worker(Shared& shared, int steps, AfterDeath after) {
  steps_to_live = steps;
  try {
    worker(shared, 0);
    steps_to_live = -1;
  } catch (const Death&) {
    steps_to_live = -1;
    if (after != AfterDeath::unnoticed) shared.board.worker_died(0, 9);
    if (after == AfterDeath::replaced) worker(shared, 0);
  }
}

Scenario a_worker_dies(int steps, AfterDeath after) {
  auto shared = std::make_shared<Shared>();
  return {.threads = {[=] { parent(*shared); }, [=] { short_lived_worker(*shared, steps, after); },
                      [=] { worker(*shared, 1); }},
          .check = [=] {
            require(shared->lost <= (steps < 0 ? 0 : 1), "more than the dead worker's item was lost");
          }};
}

TEST(ItemBoardSchedule, EveryItemIsDoneOnce) {
  expect_held([] { return a_worker_dies(-1, AfterDeath::noticed); });
}

Exploration explore_death_at_any_step(AfterDeath after) {
  Exploration found;
  for (int steps = 0; steps < steps_of_a_life && found.holds(); ++steps) {
    found = explore(200, [&] { return a_worker_dies(steps, after); });
  }
  return found;
}

TEST(ItemBoardSchedule, ADeathAtAnyStepLosesOneItemAtMostAndHoldsUpNobody) {
  for (const AfterDeath after : {AfterDeath::noticed, AfterDeath::replaced}) {
    const Exploration found = explore_death_at_any_step(after);
    EXPECT_TRUE(found.holds()) << found;
  }
}

TEST(ItemBoardSchedule, ADeathThatNobodyNoticesIsFound) {
  EXPECT_FALSE(explore_death_at_any_step(AfterDeath::unnoticed).holds());
}

}  // namespace
}  // namespace contend::testing
