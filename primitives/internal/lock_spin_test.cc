#include "primitives/internal/lock_spin.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <utility>

#include "primitives/lock.h"

namespace contend::internal {
namespace {

using namespace std::chrono_literals;

/// Whose yields are counted, and do what a test wants. `busy`: somebody else takes the CPU each time.
template <bool busy>
struct YieldingPlatform : ThreadPlatform {
  static void yield() noexcept {
    ++yields;
    while_away(yields);
  }
  static constexpr LockTuning lock_tuning{.most_yields = 5, .shortest_absence = busy ? 0h : 1h};

  static inline int yields = 0;
  static inline std::function<void(int)> while_away = [](int) {};
};

template <class P>
struct Spin {
  LockState<P> state;
  LockBucket<P> bucket;
  bool gives_way(std::function<void(int)> while_away = [](int) {}) {
    state.held = true;
    P::yields = 0;
    P::while_away = std::move(while_away);
    return LockSpin<P>(state, bucket).giving_way();
  }
};

TEST(LockSpin, GivesWayUntilTheLockIsFree) {
  using P = YieldingPlatform<true>;
  Spin<P> spin;
  EXPECT_TRUE(spin.gives_way([&](int yields) { spin.state.held = yields < 3; }));
  EXPECT_EQ(P::yields, 3);
  EXPECT_TRUE(spin.state.held) << "by who gave way";
}

TEST(LockSpin, GivesWayOnlySoOften) {
  using P = YieldingPlatform<true>;
  EXPECT_FALSE(Spin<P>().gives_way());
  EXPECT_EQ(P::yields, P::lock_tuning.most_yields);
}

TEST(LockSpin, GivesWayOnlyWhereSomebodyTakesTheCpu) {
  using P = YieldingPlatform<false>;
  EXPECT_FALSE(Spin<P>().gives_way());
  EXPECT_EQ(P::yields, 1);
}

TEST(LockSpin, DoesNotGiveWayWithADeadline) {
  using P = YieldingPlatform<true>;
  BasicLock<P, false> lock;
  lock.lock();
  P::yields = 0;
  P::while_away = [](int) {};
  EXPECT_FALSE(lock.try_lock_for(1ms));
  EXPECT_EQ(P::yields, 0);
  P::while_away = [&](int) { lock.unlock(); };
  lock.lock();
  EXPECT_EQ(P::yields, 1);
  lock.unlock();
}

}  // namespace
}  // namespace contend::internal
