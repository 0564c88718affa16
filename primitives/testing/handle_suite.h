#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <system_error>

#include "primitives/concepts.h"
#include "primitives/testing/mutual_exclusion.h"
#include "primitives/testing/threads.h"

// What a lock with a Handle per worker must do besides what LockSuite asks of its plain form.
namespace contend::testing {

/// The same lock, in its plain form even where a worker would use a handle.
template <class L>
class WithoutHandles {
 public:
  void lock() { lock_.lock(); }
  bool try_lock() { return lock_.try_lock(); }
  void unlock() { lock_.unlock(); }

 private:
  L lock_;
};

template <class L>
class HandleSuite : public ::testing::Test {
 protected:
  L lock;
};
TYPED_TEST_SUITE_P(HandleSuite);

TYPED_TEST_P(HandleSuite, HandlesAndThePlainFormExcludeEachOther) {
  using namespace std::chrono_literals;
  static_assert(TimedLockable<Handle<TypeParam>>);
  Handle<TypeParam> handle(this->lock);
  Handle<TypeParam> other(this->lock);
  handle.lock();
  EXPECT_TRUE(this->lock.is_locked());
  EXPECT_FALSE(this->lock.try_lock());
  EXPECT_FALSE(this->lock.try_lock_for(1ms));
  EXPECT_FALSE(other.try_lock());
  EXPECT_FALSE(other.try_lock_for(1ms));
  EXPECT_FALSE(other.try_lock_until(std::chrono::system_clock::now() + 1ms));
  handle.unlock();
  EXPECT_TRUE(other.try_lock_for(-1h));
  other.unlock();
  this->lock.lock();
  EXPECT_FALSE(handle.try_lock());
  this->lock.unlock();
  EXPECT_TRUE(handle.try_lock());
  handle.unlock();
}

TYPED_TEST_P(HandleSuite, ThePlainFormLetsOneInAtATime) {
  WithoutHandles<TypeParam> plain;
  EXPECT_TRUE(check_exclusion(plain, 4, 2000).holds());
}

TYPED_TEST_P(HandleSuite, AThreadMayHoldManyAndUnlockInAnyOrder) {
  constexpr std::size_t many = 40;
  std::array<TypeParam, many> locks;
  for (int round = 0; round < 3; ++round) {
    for (TypeParam& each : locks) each.lock();
    for (std::size_t i = 0; i < many; ++i) locks[i * 7 % many].unlock();
  }
  EXPECT_FALSE(locks.front().is_locked());
}

TYPED_TEST_P(HandleSuite, OutlivesTheThreadThatLocked) {
  std::jthread([this] { this->lock.lock(); }).join();
  EXPECT_FALSE(this->lock.try_lock());
  this->lock.unlock();
  EXPECT_TRUE(this->lock.try_lock());
  this->lock.unlock();
}

TYPED_TEST_P(HandleSuite, RefusesMisuse) {
  Handle<TypeParam> handle(this->lock);
  Handle<TypeParam> other(this->lock);
  EXPECT_EQ(error_of([&] { handle.unlock(); }), std::errc::operation_not_permitted);
  handle.lock();
  EXPECT_EQ(error_of([&] { handle.lock(); }), std::errc::resource_deadlock_would_occur);
  EXPECT_FALSE(handle.try_lock());
  EXPECT_EQ(error_of([&] { other.unlock(); }), std::errc::operation_not_permitted);
  EXPECT_EQ(error_of([&] { this->lock.unlock(); }), std::errc::operation_not_permitted);
  EXPECT_TRUE(this->lock.is_locked()) << "a refused unlock must not have changed the lock";
  handle.unlock();
}

TYPED_TEST_P(HandleSuite, AHandleThatHoldsTheLockMustNotBeDestroyed) {
  auto destroy_it_holding = [this] {
    Handle<TypeParam> handle(this->lock);
    handle.lock();
  };
  EXPECT_DEATH(destroy_it_holding(), "::Handle::~Handle: .*unlock before it is destroyed");
}

REGISTER_TYPED_TEST_SUITE_P(HandleSuite, HandlesAndThePlainFormExcludeEachOther, ThePlainFormLetsOneInAtATime,
                            AThreadMayHoldManyAndUnlockInAnyOrder, OutlivesTheThreadThatLocked, RefusesMisuse,
                            AHandleThatHoldsTheLockMustNotBeDestroyed);

}  // namespace contend::testing
