#include "primitives/scope_guard.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace contend::testing {
namespace {

TEST(ScopeGuard, RollsBack) {
  int balance = 10;
  {
    ScopeGuard rollback([&] { balance = 10; });
    balance = 5;
  }
  EXPECT_EQ(balance, 10);
}

TEST(ScopeGuard, RollsBackWhenAnExceptionPasses) {
  int balance = 10;
  EXPECT_THROW(
      {
        ScopeGuard rollback([&] { balance = 10; });
        balance = 5;
        throw std::runtime_error("failed");
      },
      std::runtime_error);
  EXPECT_EQ(balance, 10);
}

TEST(ScopeGuard, LetsItBeOnceDismissed) {
  int balance = 10;
  {
    ScopeGuard rollback([&] { balance = 10; });
    balance = 5;
    rollback.dismiss();
  }
  EXPECT_EQ(balance, 5);
}

}  // namespace
}  // namespace contend::testing
