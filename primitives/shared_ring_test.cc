// Rings in memory shared between processes, and mapped at different addresses.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <vector>

#include "primitives/mpmc_ring.h"
#include "primitives/queue_shut_down.h"
#include "primitives/spsc_ring.h"
#include "primitives/testing/queue_transfer.h"
#include "primitives/testing/threads.h"

namespace contend::testing {
namespace {

/// One piece of memory, mapped twice.
class TwiceMapped {
 public:
  explicit TwiceMapped(std::size_t bytes) : bytes_(bytes), file_(memfd_create("ring", MFD_CLOEXEC)) {
    EXPECT_EQ(ftruncate(file_, static_cast<off_t>(bytes)), 0);
    for (std::byte*& view : views_) {
      void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
      EXPECT_NE(memory, MAP_FAILED);
      view = static_cast<std::byte*>(memory);
    }
  }
  TwiceMapped(const TwiceMapped&) = delete;
  TwiceMapped& operator=(const TwiceMapped&) = delete;
  ~TwiceMapped() {
    for (std::byte* view : views_) munmap(view, bytes_);
    ::close(file_);
  }

  std::span<std::byte> view(std::size_t which) const { return {views_[which], bytes_}; }

 private:
  std::size_t bytes_;
  int file_;
  std::array<std::byte*, 2> views_{};
};

constexpr ItemPlan plan{.producers = 1, .per_producer = 5000};
constexpr std::size_t capacity = 3;

/// A ring at the start of the memory, then its slots, then the words of one ConsumerLog.
template <class Ring>
class SharedRing : public ::testing::Test {
 public:
  SharedRing() : memory_(log_offset + ConsumerLog::words_needed(plan) * sizeof(std::uint64_t)) {
    make_ring();
  }

  void make_ring() {
    std::construct_at(&ring(0), capacity,
                      memory_.view(0).subspan(sizeof(Ring), Ring::storage_bytes(capacity)));
  }

  Ring& ring(std::size_t view) { return *reinterpret_cast<Ring*>(memory_.view(view).data()); }

  ConsumerLog log(std::size_t view) {
    auto* const words = reinterpret_cast<std::uint64_t*>(memory_.view(view).data() + log_offset);
    return {plan, std::span(words, ConsumerLog::words_needed(plan))};
  }

  /// Runs `work` in a process of its own.
  template <class Work>
  static pid_t fork_to(Work work) {
    const pid_t child = forked();
    if (child == 0) {
      work();
      _exit(0);
    }
    return child;
  }

  static int wait_for(pid_t child) {
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
  }

 private:
  static constexpr std::size_t log_offset = (sizeof(Ring) + Ring::storage_bytes(capacity) + 63) / 64 * 64;

  TwiceMapped memory_;
};

using Rings = ::testing::Types<SharedSpscRing<std::uint64_t>, SharedMpmcRing<std::uint64_t>>;
TYPED_TEST_SUITE(SharedRing, Rings);

TYPED_TEST(SharedRing, WorksThroughTwoMappingsAtOnce) {
  ConsumerLog log = this->log(0);
  {
    std::jthread consumer([&] { ByWaiting::pop_all(this->ring(1), log); });
    ByWaiting::push_all(this->ring(0), plan, 0);
    this->ring(0).close();
  }
  EXPECT_EQ(find_fault({&log, 1}), std::nullopt);
}

TYPED_TEST(SharedRing, TakesItemsFromAnotherProcess) {
  const pid_t child = this->fork_to([&] {
    ByWaiting::push_all(this->ring(1), plan, 0);
    this->ring(1).close();
  });
  ConsumerLog log = this->log(0);
  ByWaiting::pop_all(this->ring(0), log);
  EXPECT_EQ(this->wait_for(child), 0);
  EXPECT_EQ(find_fault({&log, 1}), std::nullopt);
}

TYPED_TEST(SharedRing, GivesItemsToAnotherProcess) {
  const pid_t child = this->fork_to([&] {
    ConsumerLog log = this->log(1);
    ByWaiting::pop_all(this->ring(1), log);
  });
  ByWaiting::push_all(this->ring(0), plan, 0);
  this->ring(0).close();
  EXPECT_EQ(this->wait_for(child), 0);
  const ConsumerLog log = this->log(0);
  EXPECT_EQ(find_fault({&log, 1}), std::nullopt);
}

TYPED_TEST(SharedRing, RefusesMemoryThatDoesNotFit) {
  alignas(64) std::array<std::byte, 4096> memory;
  const std::size_t needed = TypeParam::storage_bytes(capacity);
  EXPECT_THROW(TypeParam ring(capacity, std::span(memory).first(needed - 1)), std::invalid_argument);
  EXPECT_THROW(TypeParam ring(capacity, std::span(memory).subspan(1)), std::invalid_argument);
  EXPECT_THROW(TypeParam ring(0, memory), std::invalid_argument);
}

using SharedSpsc = SharedRing<SharedSpscRing<std::uint64_t>>;

TEST_F(SharedSpsc, SurvivesAProducerThatIsKilledAnywhere) {
  for (int round = 0; round < 20; ++round) {
    make_ring();
    const pid_t child = fork_to([&] {
      for (std::uint64_t i = 0;; ++i) ring(1).push(i);
    });
    std::uint64_t next = 0;
    for (; next < 200; ++next) ASSERT_EQ(ring(0).pop(), next);
    kill(child, SIGKILL);
    wait_for(child);
    ring(0).close();
    for (; const auto item = ring(0).pop(); ++next) ASSERT_EQ(item, next);
  }
}

/// What it was about to take comes once more; nothing is lost but what it took.
TEST_F(SharedSpsc, SurvivesAConsumerThatIsKilledAnywhere) {
  for (int round = 0; round < 20; ++round) {
    make_ring();
    const pid_t child = fork_to([&] {
      while (ring(1).pop()) {
      }
    });
    std::uint64_t pushed = 0;
    for (; pushed < 200; ++pushed) ASSERT_TRUE(ring(0).push(pushed));
    kill(child, SIGKILL);
    wait_for(child);
    while (ring(0).try_push(pushed)) ++pushed;
    ring(0).close();
    auto item = ring(0).pop();
    ASSERT_TRUE(item.has_value()) << "the ring was full";
    for (std::uint64_t next = *item; item; item = ring(0).pop()) ASSERT_EQ(item, next++);
  }
}

using SharedMpmc = SharedRing<SharedMpmcRing<std::uint64_t>>;

/// Where a popped item is put by a process that does not live to see it.
struct Deadly {
  using difference_type = std::ptrdiff_t;

  Deadly& operator++() { return *this; }
  Deadly operator++(int) { return *this; }
  Deadly& operator*() { return *this; }
  Deadly& operator=(std::uint64_t /*item*/) noexcept {
    raise(SIGKILL);
    return *this;
  }
};

/// Once the turn of its slot has come again nothing can be pushed; what was pushed before is popped.
TEST_F(SharedMpmc, AConsumerKilledInItsSlotLeavesNoRoomThere) {
  using namespace std::chrono_literals;
  for (std::uint64_t i = 0; i < capacity; ++i) ASSERT_TRUE(ring(0).try_push(i));
  EXPECT_NE(wait_for(fork_to([&] { ring(1).try_pop_n(Deadly{}, 1); })), 0);
  for (std::uint64_t i = 1; i < capacity; ++i) EXPECT_EQ(ring(0).try_pop(), i);
  EXPECT_FALSE(ring(0).try_push(capacity));
  EXPECT_FALSE(ring(0).try_push_for(capacity, 1ms));
  ring(0).close();
  EXPECT_FALSE(ring(0).push(capacity));
  EXPECT_TRUE(ring(0).is_drained());
}

/// What was pushed before is popped, what was pushed later is not.
TEST_F(SharedMpmc, AProducerKilledInItsSlotHidesWhatComesAfter) {
  using namespace std::chrono_literals;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const nothing = mmap(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(nothing, MAP_FAILED);
  const std::span items(static_cast<std::uint64_t*>(nothing), 1);  // to read it is the end
  ASSERT_TRUE(ring(0).try_push(0));
  EXPECT_NE(wait_for(fork_to([&] { ring(1).try_push_n(items); })), 0);
  ASSERT_TRUE(ring(0).try_push(2));
  EXPECT_EQ(ring(0).try_pop(), 0U);
  EXPECT_EQ(ring(0).try_pop(), std::nullopt);
  EXPECT_EQ(ring(0).try_pop_for(1ms), std::nullopt);
  ring(0).close(ShutdownMode::immediate);
  EXPECT_EQ(ring(0).pop(), std::nullopt);
  munmap(nothing, page);
}

/// One is killed while two push and two pop. Where it had just claimed a slot the others are told empty or full from there
/// on: timed forms return, an immediate close ends the others, and what was published before is read, once and in order.
TEST_F(SharedMpmc, HangsNobodyWhereOneIsKilledAnywhere) {
  using namespace std::chrono_literals;
  for (int round = 0; round < 20; ++round) {
    make_ring();
    const auto push = [&] {
      for (std::uint64_t i = 0; ring(1).push(i); ++i) {
      }
    };
    const std::array producers{fork_to(push), fork_to(push)};
    const pid_t consumer = fork_to([&] {
      while (ring(1).pop()) {
      }
    });
    for (int i = 0; i < 100; ++i) (void)ring(0).try_pop_for(1ms);
    kill(round % 2 == 0 ? consumer : producers[0], SIGKILL);
    for (int i = 0; i < 100; ++i) (void)ring(0).try_pop_for(1ms);
    ring(0).close(ShutdownMode::immediate);
    EXPECT_FALSE(ring(0).pop().has_value());
    for (const pid_t child : {producers[0], producers[1], consumer}) wait_for(child);
  }
}

TEST_F(SharedMpmc, WhatAKilledProducerPublishedIsRead) {
  using namespace std::chrono_literals;
  for (int round = 0; round < 20; ++round) {
    make_ring();
    const pid_t child = fork_to([&] {
      for (std::uint64_t i = 0;; ++i) ring(1).push(i);
    });
    std::uint64_t next = 0;
    for (; next < 200; ++next) ASSERT_EQ(ring(0).pop(), next);
    kill(child, SIGKILL);
    wait_for(child);
    for (; const auto item = ring(0).try_pop_for(1ms); ++next) ASSERT_EQ(item, next);
  }
}

}  // namespace
}  // namespace contend::testing
