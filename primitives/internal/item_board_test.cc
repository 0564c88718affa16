#include "primitives/internal/item_board.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "primitives/internal/worker_seats.h"

// The protocol between the parent and its workers, played by threads, so that ThreadSanitizer sees it and a
// worker can die at a chosen moment.
namespace contend::internal {
namespace {

using Slots = ItemSlots<ThreadPlatform>;
using Phase = Slots::Phase;

TEST(ItemSlots, GivesOutEachPositionOnceInOrder) {
  Slots slots(4);
  EXPECT_EQ(slots.try_claim(0), std::nullopt);
  slots.publish(0, 70);
  slots.publish(1, 71);
  EXPECT_TRUE(slots.has_queued());
  EXPECT_EQ(slots.try_claim(0), 0U);
  EXPECT_EQ(slots.try_claim(1), 1U);
  EXPECT_EQ(slots.try_claim(0), std::nullopt);
  EXPECT_FALSE(slots.has_queued());
  EXPECT_EQ(slots.id(1), 71U);
  EXPECT_EQ(slots.phase(0), Phase::claimed);
}

TEST(ItemSlots, HandsBackResultsAndTexts) {
  Slots slots(4);
  for (Slots::Position position = 0; position < 2; ++position) {
    slots.publish(position, position);
    slots.try_claim(3);
  }
  EXPECT_FALSE(slots.is_final(0));
  slots.finish(0, 5);
  slots.fail(1, std::string(1000, 'x'));
  EXPECT_EQ(slots.phase(0), Phase::done);
  EXPECT_EQ(slots.value(0), 5U);
  EXPECT_EQ(slots.phase(1), Phase::failed);
  EXPECT_EQ(slots.text(1), std::string(Slots::text_size - 1, 'x'));
}

TEST(ItemSlots, LosesOnlyWhatTheDeadWorkerHad) {
  Slots slots(4);
  for (Slots::Position position = 0; position < 3; ++position) slots.publish(position, position);
  slots.try_claim(7);
  slots.try_claim(8);
  EXPECT_TRUE(slots.mark_lost(8, 9));
  EXPECT_FALSE(slots.mark_lost(8, 9));
  EXPECT_FALSE(slots.mark_lost(6, 9));
  EXPECT_EQ(slots.phase(0), Phase::claimed);
  EXPECT_EQ(slots.phase(1), Phase::lost);
  EXPECT_EQ(slots.value(1), 9U);
  EXPECT_EQ(slots.phase(2), Phase::queued);
}

TEST(ItemSlots, ReusesSlotsLapAfterLap) {
  Slots slots(2);
  for (Slots::Position position = 0; position < 100; ++position) {
    slots.publish(position, position);
    ASSERT_EQ(slots.try_claim(0), position);
    slots.finish(position, position);
    ASSERT_EQ(slots.try_claim(0), std::nullopt);
  }
}

TEST(ItemBoard, AWaitEndsWhereItIsGivenUp) {
  ItemBoard<ThreadPlatform> board(1, 2);
  board.slots().publish(0, 0);
  std::atomic<bool> broken{false};
  std::jthread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    broken = true;
    board.interrupt();
  });
  EXPECT_FALSE(board.wait_for(0, [&] { return broken.load(); }));
}

/// Workers that now and then "die" with an item claimed: they leave it, and are replaced.
class Crew {
 public:
  explicit Crew(unsigned workers) : board_(workers, 8) {
    for (unsigned worker = 0; worker < workers; ++worker) {
      threads_.emplace_back([this, worker](const std::stop_token& stop) { work(worker, stop); });
    }
  }
  ~Crew() {
    for (std::jthread& thread : threads_) thread.request_stop();
    board_.wake_sleepers();
  }

  /// Publishes `count` items and checks what becomes of each. Returns how many were lost.
  int run(Slots::Position count) {
    int lost = 0;
    Slots::Position published = 0;
    for (Slots::Position collected = 0; collected < count; ++collected) {
      const Slots::Position before = published;
      for (; published < count && published - collected < board_.slots().capacity(); ++published) {
        board_.slots().publish(published, published * 3);
      }
      board_.wake_for(published - before);
      board_.wait_for(collected, [] { return false; });
      if (board_.slots().phase(collected) == Phase::lost) {
        ++lost;
      } else {
        EXPECT_EQ(board_.slots().value(collected), collected * 3 + 1);
      }
    }
    return lost;
  }

 private:
  void work(unsigned worker, const std::stop_token& stop) {
    std::minstd_rand random(worker + 1);
    const auto is_wanted = [&] { return !stop.stop_requested(); };
    board_.start(worker);
    while (const auto position = board_.next_item(worker, std::chrono::nanoseconds::max(), is_wanted)) {
      if (random() % 64 == 0) {
        board_.worker_died(worker, 9);
        board_.start(worker);
      } else {
        board_.slots().finish(*position, board_.slots().id(*position) + 1);
      }
    }
  }

  ItemBoard<ThreadPlatform> board_;
  std::vector<std::jthread> threads_;
};

TEST(ItemBoard, AccountsForEveryItemWhileWorkersDie) {
  Crew crew(3);
  constexpr Slots::Position items = 20'000;
  const int lost = crew.run(items);
  EXPECT_GT(lost, 0);
  EXPECT_LT(lost, static_cast<int>(items / 16));
}

TEST(WorkerSeats, TellsWhoNeverStarted) {
  WorkerSeats<ThreadPlatform> seats(2);
  seats.start(1);
  EXPECT_FALSE(seats.vacate(0));
  EXPECT_TRUE(seats.vacate(1));
  EXPECT_FALSE(seats.vacate(1));
}

}  // namespace
}  // namespace contend::internal
