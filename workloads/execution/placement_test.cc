#include "workloads/execution/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace contend::workloads {
namespace {

using Cpus = std::vector<int>;

// hwloc numbers the CPUs of a synthetic machine in order: package 0 has 0 to 3, and 0 and 1 are one core.
TEST(Placement, OnTwoPackagesWithTwoCoresOfTwoThreads) {
  const Topology machine = Topology::synthetic("pack:2 core:2 pu:2");
  EXPECT_EQ(machine.cpu_count(), 8U);
  EXPECT_EQ(machine.cpus(Placement::compact), (Cpus{0, 2, 4, 6, 1, 3, 5, 7}));
  EXPECT_EQ(machine.cpus(Placement::scatter), (Cpus{0, 4, 2, 6, 1, 5, 3, 7}));
  EXPECT_EQ(machine.cpus(Placement::smt), (Cpus{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(machine.cpus(Placement::none), Cpus{});
}

TEST(Placement, UsesEveryCpuOfALargeMachineOnce) {
  const Topology machine = Topology::synthetic("pack:4 numa:2 l3:4 core:8 pu:2");
  for (const Placement placement : {Placement::compact, Placement::scatter, Placement::smt}) {
    Cpus cpus = machine.cpus(placement);
    std::ranges::sort(cpus);
    ASSERT_EQ(cpus.size(), 512U);
    for (int cpu = 0; cpu < 512; ++cpu) EXPECT_EQ(cpus[static_cast<std::size_t>(cpu)], cpu);
  }
}

TEST(Placement, OnASingleCpu) {
  EXPECT_EQ(Topology::synthetic("core:1 pu:1").cpus(Placement::scatter), Cpus{0});
}

TEST(Placement, HasNames) {
  EXPECT_EQ(placement_named("scatter"), Placement::scatter);
  EXPECT_EQ(placement_named("sideways"), std::nullopt);
  EXPECT_EQ(name_of(Placement::none), "none");
}

TEST(Topology, RefusesWhatIsNoTopology) {
  EXPECT_THROW(Topology::synthetic("three cores"), std::invalid_argument);
}

TEST(Topology, OfThisMachineHasACpu) { EXPECT_GE(Topology::of_this_machine().cpu_count(), 1U); }

}  // namespace
}  // namespace contend::workloads
