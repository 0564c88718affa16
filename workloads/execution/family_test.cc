#include "workloads/execution/family.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "workloads/execution/child_process.h"
#include "workloads/testing/killed_parent.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;
using workloads::ChildProcess;
using workloads::family_memory;
using workloads::family_switches;
using workloads::living_children;

TEST(Family, KnowsItsLivingChildren) {
  EXPECT_TRUE(living_children({}).empty());
  {
    const ChildProcess child([] { pause(); });
    const std::array both{child.pid()};
    EXPECT_EQ(living_children({}), std::vector(both.begin(), both.end()));
    EXPECT_TRUE(living_children(both).empty());
  }
  EXPECT_TRUE(living_children({}).empty());
}

TEST(Family, CountsTheSwitchesOfLivingAndOfReapedChildren) {
  const auto before = family_switches({}).voluntary;
  {
    const ChildProcess child([] {
      for (int i = 0; i < 100; ++i) std::this_thread::sleep_for(10us);
      pause();
    });
    EXPECT_TRUE(comes_true([&] {
      return family_switches({}).voluntary - family_switches(std::array{child.pid()}).voluntary >= 100;
    }));
  }
  EXPECT_GE(family_switches({}).voluntary - before, 100U);
}

TEST(Family, CountsTheMemoryOfItsChildrenWhileTheyLive) {
  constexpr std::int64_t mib = 1 << 20;
  const auto before = family_memory({});
  ASSERT_GT(before.proportional, 0);
  EXPECT_GE(before.resident, before.proportional);
  {
    const ChildProcess child([] {
      const std::vector<char> touched(32 * mib, 'x');
      asm volatile("" : : "r"(touched.data()) : "memory");  // or Clang leaves out what nobody reads
      pause();
    });
    EXPECT_TRUE(comes_true([&] { return family_memory({}).proportional - before.proportional >= 31 * mib; }));
    EXPECT_GE(family_memory({}).resident - before.resident, 31 * mib);
    EXPECT_LT(family_memory(std::array{child.pid()}).resident - before.resident, 16 * mib);
  }
  EXPECT_LT(family_memory({}).proportional - before.proportional, 16 * mib);
}

}  // namespace
}  // namespace contend::testing
