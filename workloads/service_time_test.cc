#include "workloads/service_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace contend::testing {
namespace {

using workloads::ServiceTimes;

class EveryDistribution : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryDistribution, HasAMeanOfOne) {
  constexpr std::uint64_t count = 200'000;
  const ServiceTimes times(GetParam());
  double sum = 0;
  for (std::uint64_t id = 0; id < count; ++id) sum += times.factor(id);
  EXPECT_NEAR(sum / count, 1, 0.05);
}

TEST_P(EveryDistribution, GivesAnItemTheSameTimeEverywhere) {
  for (std::uint64_t id = 0; id < 100; ++id) {
    const double factor = ServiceTimes(GetParam()).factor(id);
    EXPECT_GE(factor, 0);
    EXPECT_EQ(factor, ServiceTimes(GetParam()).factor(id));
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryDistribution, ::testing::ValuesIn(ServiceTimes::names()),
                         [](const auto& instance) { return instance.param; });

double longest_of(const std::string& name) {
  const ServiceTimes times(name);
  double longest = 0;
  for (std::uint64_t id = 0; id < 10'000; ++id) longest = std::max(longest, times.factor(id));
  return longest;
}

TEST(ServiceTimes, HaveTailsThatDiffer) {
  EXPECT_EQ(longest_of("constant"), 1);
  EXPECT_LE(longest_of("uniform"), 2);
  EXPECT_EQ(longest_of("bimodal"), 5.5);
  EXPECT_GT(longest_of("exponential"), 5);
  EXPECT_GT(longest_of("lognormal"), 10);
  EXPECT_GT(longest_of("pareto"), 50);
}

TEST(ServiceTimes, NameWhatThereIs) {
  try {
    ServiceTimes times("weibull");
    FAIL() << "nothing was thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("'weibull'; there are: constant, uniform"), std::string::npos);
  }
}

}  // namespace
}  // namespace contend::testing
