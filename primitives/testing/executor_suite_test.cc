#include "primitives/testing/executor_suite.h"

#include <span>

#include "primitives/executors.h"

namespace contend::testing {

template <>
inline constexpr std::size_t many_items<ForkPerItem> = 1000;

namespace {

using ItsExecutors = ::testing::Types<SerialExecutor, ThreadPerItem, ThreadPoolExecutor, ThreadPoolTasks,
                                      ForkPerItem, ProcessPoolExecutor>;
INSTANTIATE_TYPED_TEST_SUITE_P(Contend, ExecutorSuite, ItsExecutors);

using Ids = std::span<const std::uint64_t>;
using Results = std::span<std::uint64_t>;

// Executors with one fault each, which the suite must find.

class SkipsTheLastItem : public SerialExecutor {
 public:
  using SerialExecutor::SerialExecutor;
  void run(Ids ids, Results results) {
    SerialExecutor::run(ids.first(ids.size() - 1), results.first(ids.size() - 1));
  }
};

class ComputesAnItemTwice : public ThreadPoolExecutor {
 public:
  using ThreadPoolExecutor::ThreadPoolExecutor;
  void run(Ids ids, Results results) {
    ThreadPoolExecutor::run(ids, results);
    ThreadPoolExecutor::run(ids.first(1), results.first(1));
  }
};

class MixesUpTwoResults : public ThreadPoolExecutor {
 public:
  using ThreadPoolExecutor::ThreadPoolExecutor;
  void run(Ids ids, Results results) {
    ThreadPoolExecutor::run(ids, results);
    std::swap(results.front(), results.back());
  }
};

class SwallowsExceptions : public SerialExecutor {
 public:
  using SerialExecutor::SerialExecutor;
  void run(Ids ids, Results results) {
    try {
      SerialExecutor::run(ids, results);
    } catch (const std::exception&) {
    }
  }
};

class ReportsTheLastFailure : public SerialExecutor {
 public:
  using SerialExecutor::SerialExecutor;
  void run(Ids ids, Results results) { SerialExecutor::run(ids.last(1), results.last(1)); }
};

template <class E>
std::string verdict() {
  return runs_each_item_once<E>(10, 2).message();
}

TEST(ExecutorChecker, FindsAnItemThatWasSkipped) {
  EXPECT_EQ(verdict<SkipsTheLastItem>(), "item 9 was computed 0 times");
}

TEST(ExecutorChecker, FindsAnItemThatWasComputedTwice) {
  EXPECT_EQ(verdict<ComputesAnItemTwice>(), "item 0 was computed 2 times");
}

TEST(ExecutorChecker, FindsAResultInTheWrongPlace) {
  EXPECT_EQ(verdict<MixesUpTwoResults>(),
            "item 0 has the result " + std::to_string(CountedItems::expected(9)));
}

TEST(ExecutorChecker, FindsAnExceptionThatWasSwallowed) {
  SwallowsExceptions executor(fails_from_three_on, 1);
  EXPECT_FALSE(reports_the_first_failure(executor));
}

TEST(ExecutorChecker, FindsThatALaterFailureWasReported) {
  ReportsTheLastFailure executor(fails_from_three_on, 1);
  EXPECT_FALSE(reports_the_first_failure(executor));
}

}  // namespace
}  // namespace contend::testing
