#include "workloads/io/convoy.h"

#include <gtest/gtest.h>

#include <chrono>

#include "primitives/gil.h"

namespace contend {
namespace {

using namespace std::chrono_literals;

void expect_sound(const workloads::ConvoyFigures& seen) {
  EXPECT_GT(seen.trips, 0u);
  EXPECT_GE(seen.length, 20ms);
  EXPECT_GT(seen.p50_ns, 0u);
  EXPECT_LE(seen.p50_ns, seen.p90_ns);
  EXPECT_LE(seen.p90_ns, seen.p99_ns);
  EXPECT_LE(seen.fast_share + seen.slow_share, 1.0);
}

TEST(Convoy, AnswersAloneAndBesideThreadsThatCompute) {
  expect_sound(workloads::run_convoy(nullptr, 0, 20ms));
  expect_sound(workloads::run_convoy(nullptr, 2, 20ms));
}

TEST(Convoy, TheThreadsTakeTurnsUnderALock) {
  Gil gil({.interval_us = 100});
  expect_sound(workloads::run_convoy(&gil, 2, 20ms));
  EXPECT_GT(gil.switches(), 0u);
}

}  // namespace
}  // namespace contend
