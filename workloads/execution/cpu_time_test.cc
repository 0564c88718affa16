#include "workloads/execution/cpu_time.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>

#include "workloads/cpu/integer_chain.h"
#include "workloads/execution/child_process.h"
#include "workloads/testing/killed_parent.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using workloads::ChildProcess;
using workloads::family_cpu_time;

volatile std::uint64_t sink = 0;

void burn(nanoseconds cpu_time) {
  for (const auto start = family_cpu_time({}); family_cpu_time({}) - start < cpu_time;) {
    sink = workloads::integer_chain(sink, 10'000);
  }
}

TEST(FamilyCpuTime, CountsThisProcess) {
  const nanoseconds before = family_cpu_time({});
  burn(20ms);
  EXPECT_GE(family_cpu_time({}) - before, 20ms);
}

TEST(FamilyCpuTime, CountsLivingChildrenAndKeepsThemWhenTheyAreReaped) {
  const nanoseconds before = family_cpu_time({});
  {
    const ChildProcess child([] {
      burn(50ms);
      pause();
    });
    EXPECT_TRUE(comes_true([before] { return family_cpu_time({}) - before >= 50ms; }));
  }
  EXPECT_GE(family_cpu_time({}) - before, 45ms)
      << "reaped children are counted by the kernel's coarser clock";
}

TEST(FamilyCpuTime, LeavesOutWhoIsExcepted) {
  const ChildProcess child([] {
    burn(50ms);
    pause();
  });
  const std::array except{child.pid()};
  const nanoseconds difference_at_start = family_cpu_time({}) - family_cpu_time(except);
  EXPECT_LT(difference_at_start, 10s);
  EXPECT_TRUE(comes_true([&] {
    const nanoseconds without = family_cpu_time(except);
    return family_cpu_time({}) - without >= 50ms;
  }));
}

}  // namespace
}  // namespace contend::testing
