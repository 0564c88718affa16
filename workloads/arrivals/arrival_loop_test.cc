#include "workloads/arrivals/arrival_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "primitives/event_loop.h"
#include "primitives/executors.h"
#include "workloads/experiment.h"
#include "workloads/io/item_checksum.h"
#include "workloads/io/timer_wait.h"

namespace contend::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using workloads::ArrivalFigures;
using workloads::ArrivalPlan;
using workloads::Arrivals;
using workloads::item_checksum;
using workloads::ItemSet;
using workloads::make_service;
using workloads::SendSchedule;
using workloads::ServiceFactory;
using workloads::Weighting;

const ItemSet at_once{.item = item_checksum, .oracle = item_checksum};

ItemSet sleepers(std::uint32_t delay_us) {
  return {.item = [=](std::uint64_t id) { return workloads::timer_wait(id, delay_us); },
          .oracle = item_checksum,
          .async_items =
              [=](const LoopExecutor& loop) {
                return [=](std::uint64_t id) { return workloads::async_timer_wait(loop, id, delay_us); };
              }};
}

/// Runs the loop for longer and longer until more items have come than the one with the fault, and returns what it
/// complained of.
template <class Run>
std::string complaint_of(Run run) {
  constexpr std::uint64_t enough = 10;
  for (std::chrono::nanoseconds length = 50ms;; length *= 4) {
    try {
      if (run(length).items > enough) return "none";
    } catch (const workloads::CheckFailed& error) {
      return error.what();
    }
  }
}

/// Does what `count` says with the tenth item.
template <int count>
struct TenthItem {
  TenthItem(ItemFunction function, unsigned) : function_(std::move(function)) {}
  void submit(std::uint64_t id) {
    for (int i = id == 10 ? count : 1; i > 0; --i) function_(id);
  }
  ItemFunction function_;
};

std::string complaint_of_open_loop(const ServiceFactory& make, const ItemSet& items,
                                   std::chrono::nanoseconds patience = 1min) {
  return complaint_of([&](auto length) {
    return run_open_loop(make, items, 1, SendSchedule(2000), {.length = length, .patience = patience});
  });
}

std::string complaint_of_closed_loop(const ServiceFactory& make, const ItemSet& items,
                                     std::chrono::nanoseconds patience = 1min) {
  return complaint_of([&](auto length) {
    return run_closed_loop(make, items, 1, {.clients = 2}, {.length = length, .patience = patience});
  });
}

TEST(ArrivalCheck, FindsAnItemThatWasLost) {
  EXPECT_THAT(complaint_of_open_loop(make_service<TenthItem<0>>, at_once, 300ms), HasSubstr("1 of "));
  EXPECT_THAT(complaint_of_closed_loop(make_service<TenthItem<0>>, at_once, 300ms), HasSubstr("are missing"));
}

TEST(ArrivalCheck, FindsAnItemThatWasDoneTwice) {
  EXPECT_THAT(complaint_of_open_loop(make_service<TenthItem<2>>, at_once), HasSubstr("10 of "));
  EXPECT_THAT(complaint_of_closed_loop(make_service<TenthItem<2>>, at_once), HasSubstr("done 2 times"));
}

TEST(ArrivalCheck, FindsAWrongResult) {
  const ItemSet wrong{.item = [](std::uint64_t id) { return item_checksum(id) ^ (id == 5 ? 1 : 0); },
                      .oracle = item_checksum};
  EXPECT_THAT(complaint_of_open_loop(make_service<ThreadPoolExecutor>, wrong), HasSubstr("arrival 5 of"));
  EXPECT_THAT(complaint_of_closed_loop(make_service<ThreadPoolExecutor>, wrong), HasSubstr("wrong result"));
}

TEST(ArrivalCheck, PassesOnWhatAnItemThrows) {
  const ItemSet failing{
      .item =
          [](std::uint64_t id) { return id == 3 ? throw std::domain_error("planted") : item_checksum(id); },
      .oracle = item_checksum};
  EXPECT_THROW(complaint_of_open_loop(make_service<ThreadPoolExecutor>, failing), std::domain_error);
}

TEST(OpenLoop, CountsEveryArrivalAndHowLateItWasItself) {
  const SendSchedule schedule(2000, Arrivals::periodic);
  const ArrivalFigures figures =
      run_open_loop(make_service<ThreadPoolExecutor>, at_once, 2, schedule, {.length = 100ms});
  EXPECT_GT(figures.items, 0U);
  EXPECT_LE(figures.items, 200U);
  EXPECT_EQ(figures.waits.count(), figures.items);
  EXPECT_EQ(figures.lag.count(), figures.items);
  EXPECT_NEAR(figures.offered_per_s, 2000, 20);
}

TEST(OpenLoop, RunsOnAnEventLoop) {
  const ArrivalFigures figures =
      run_open_loop(make_service<EventLoopService>, sleepers(1000), 1, SendSchedule(1000), {.length = 100ms});
  EXPECT_GT(figures.items, 0U);
  EXPECT_GE(figures.waits.max(), 1'000'000U);
}

TEST(OpenLoop, AServiceThatCannotKeepUpIsSaturated) {
  const ArrivalFigures figures = run_open_loop(make_service<ThreadPoolExecutor>, sleepers(2000), 1,
                                               SendSchedule(5000), {.length = 200ms});
  EXPECT_TRUE(figures.saturated) << figures.items << " sent, backlog " << figures.backlog;
}

/// In one of several tries, each four times as long as the one before: what a machine does now and then is shorter in the end.
bool comes_true_in_longer(const std::function<bool(int factor)>& holds) {
  for (const int factor : {1, 4, 16, 64}) {
    if (holds(factor)) return true;
  }
  return false;
}

TEST(OpenLoop, AnIdleServiceIsNotSaturated) {
  EXPECT_TRUE(comes_true_in_longer([](int factor) {
    const SendSchedule schedule(20.0 / factor, Arrivals::periodic);
    return !run_open_loop(make_service<ThreadPoolExecutor>, at_once, 2, schedule, {.length = factor * 175ms})
                .saturated;
  }));
}

/// The first item stops everything for so long; it is the only one that takes any time.
ItemSet one_stall(std::chrono::nanoseconds length) {
  const auto first = std::make_shared<std::atomic<bool>>(true);
  return {.item =
              [first, length](std::uint64_t id) {
                if (first->exchange(false)) std::this_thread::sleep_for(length);
                return item_checksum(id);
              },
          .oracle = item_checksum};
}

TEST(OpenLoop, AStallIsFeltByAllThatArriveMeanwhileWhichAClosedLoopHides) {
  EXPECT_TRUE(comes_true_in_longer([](int factor) {
    const auto make = make_service<ThreadPoolExecutor>;
    const std::chrono::nanoseconds stall = factor * 100ms;
    const SendSchedule schedule(1000.0 / factor, Arrivals::periodic);
    const ArrivalFigures open = run_open_loop(make, one_stall(stall), 1, schedule, {.length = stall * 6 / 5});
    const ArrivalFigures closed =
        run_closed_loop(make, one_stall(stall), 1, {.clients = 1}, {.length = 10 * stall});
    EXPECT_GE(closed.waits.max(), static_cast<std::uint64_t>(stall.count()));
    const auto tenth = static_cast<double>(stall.count()) / 10;
    return open.waits.quantile(0.5, Weighting::per_operation) > tenth &&
           closed.waits.quantile(0.5, Weighting::per_operation) < tenth;
  }));
}

TEST(ClosedLoop, ThinkingClientsAskLessOften) {
  EXPECT_TRUE(comes_true_in_longer([](int factor) {
    const auto make = make_service<ThreadPoolExecutor>;
    const std::chrono::nanoseconds length = factor * 100ms;
    const ArrivalFigures eager = run_closed_loop(make, at_once, 1, {.clients = 2}, {.length = length});
    const ArrivalFigures thinking =
        run_closed_loop(make, at_once, 1, {.clients = 2, .think_time = 20ms}, {.length = length});
    EXPECT_LE(thinking.items, 2U * static_cast<unsigned>(factor * 100 / 20 + 1));
    EXPECT_EQ(thinking.waits.count(), thinking.items);
    return eager.items > thinking.items;
  }));
}

class EveryPattern : public ::testing::TestWithParam<Arrivals> {};

TEST_P(EveryPattern, HasTheMeanRate) {
  const SendSchedule schedule(1000, GetParam());
  EXPECT_NEAR(static_cast<double>(schedule.due_ns(10 * 1024)), 10 * 1024 * 1e6, 0.1 * 1024 * 1e6);
  for (std::uint64_t i = 1; i < 3000; ++i) ASSERT_GE(schedule.due_ns(i), schedule.due_ns(i - 1));
}

INSTANTIATE_TEST_SUITE_P(All, EveryPattern,
                         ::testing::Values(Arrivals::poisson, Arrivals::periodic, Arrivals::on_off));

/// Standard deviation of the number of arrivals in windows of 16 mean gaps, squared, over its mean: 0 where they are
/// periodic, 1 for Poisson, more for bursts.
double dispersion(Arrivals arrivals) {
  const SendSchedule schedule(1e9, arrivals);  // a nanosecond a message
  constexpr std::uint64_t window = 16;
  std::vector<double> counts(1024 / window);
  for (std::uint64_t i = 0; i < 1024; ++i) {
    counts[std::min<std::size_t>(schedule.due_ns(i) / window, counts.size() - 1)] += 1;
  }
  double squares = 0;
  for (const double count : counts) squares += (count - window) * (count - window);
  return squares / static_cast<double>(counts.size()) / window;
}

TEST(SendSchedule, BurstsAreBurstierThanPoissonAndPoissonThanPeriodic) {
  EXPECT_LT(dispersion(Arrivals::periodic), 0.2);
  EXPECT_GT(dispersion(Arrivals::poisson), 0.4);
  EXPECT_GT(dispersion(Arrivals::on_off), 2 * dispersion(Arrivals::poisson));
}

}  // namespace
}  // namespace contend::testing
