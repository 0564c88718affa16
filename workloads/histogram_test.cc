#include "workloads/histogram.h"

#include <gtest/gtest.h>

#include <limits>

namespace contend::workloads {
namespace {

TEST(Histogram, QuantilesAreWithinThreePercent) {
  Histogram histogram;
  for (std::uint64_t ns = 1; ns <= 100'000; ++ns) histogram.record(ns);
  for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    EXPECT_NEAR(histogram.quantile(q, Weighting::per_operation).value(), q * 100'000, 0.03 * q * 100'000)
        << q;
  }
  EXPECT_EQ(histogram.max(), 100'000U);
  EXPECT_EQ(histogram.count(), 100'000U);
}

TEST(Histogram, TellsNoPercentileThatTheSampleDoesNotSupport) {
  Histogram histogram;
  EXPECT_FALSE(histogram.quantile(0.5, Weighting::per_operation));
  for (int i = 0; i < 1000; ++i) histogram.record(7);
  EXPECT_EQ(histogram.quantile(0.99, Weighting::per_operation), 7);
  EXPECT_FALSE(histogram.quantile(0.999, Weighting::per_operation));
}

TEST(Histogram, PerTimeSeesTheLongWaitThatPerOperationHides) {
  Histogram histogram;
  for (int i = 0; i < 1'000'000; ++i) histogram.record(50);
  histogram.record(10'000'000'000);
  EXPECT_NEAR(histogram.quantile(0.999, Weighting::per_operation).value(), 50, 2);
  EXPECT_NEAR(histogram.quantile(0.5, Weighting::per_time).value(), 1e10, 0.03 * 1e10);
}

TEST(Histogram, HoldsEveryValueAndMerges) {
  Histogram one;
  Histogram other;
  one.record(0);
  other.record(std::numeric_limits<std::uint64_t>::max());
  one.merge(other);
  EXPECT_EQ(one.count(), 2U);
  EXPECT_EQ(one.max(), std::numeric_limits<std::uint64_t>::max());
}

}  // namespace
}  // namespace contend::workloads
