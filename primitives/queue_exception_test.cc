#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <vector>

#include "primitives/queue.h"

// Whatever throws, at whichever step: no item is lost and none appears twice.
namespace contend::testing {
namespace {

/// Throws at the step that it has been set to, then never again.
struct Fuse {
  inline static int steps_left = -1;

  static void step() {
    if (steps_left >= 0 && steps_left-- == 0) throw std::runtime_error("fuse");
  }
};

/// Its moves may throw, and then leave both sides as they were.
class Delicate {
 public:
  explicit Delicate(int value) : value_(value) {}
  Delicate(Delicate&& other) noexcept(false) : value_(other.value_) {
    Fuse::step();
    other.value_ = -1;
  }
  Delicate& operator=(Delicate&& other) noexcept(false) {
    Fuse::step();
    value_ = std::exchange(other.value_, -1);
    return *this;
  }
  int value() const { return value_; }

 private:
  int value_;
};

struct ByValue {
  bool operator()(const Delicate& a, const Delicate& b) const {
    Fuse::step();
    return a.value() < b.value();
  }
};

struct ByInteger {
  bool operator()(int a, int b) const {
    Fuse::step();
    return a < b;
  }
};

int value_of(int item) { return item; }
int value_of(const Delicate& item) { return item.value(); }

template <class Q>
class ThrowingItems : public ::testing::Test {
 protected:
  static constexpr int items = 12;

  static std::vector<int> drain(Q& queue) {
    std::vector<int> found;
    while (!queue.empty()) found.push_back(value_of(queue.pop()));
    std::sort(found.begin(), found.end());
    return found;
  }
  static void fill(Q& queue) {
    for (int i = 0; i < items; ++i) queue.push(typename Q::value_type(i * 5 % items));
  }
};
using DelicateQueues = ::testing::Types<Queue<Delicate>, LifoQueue<Delicate>,
                                        PriorityQueue<Delicate, ByValue>, PriorityQueue<int, ByInteger>>;
TYPED_TEST_SUITE(ThrowingItems, DelicateQueues);

TYPED_TEST(ThrowingItems, SurviveAPopThatThrows) {
  bool threw = true;
  for (int step = 0; threw; ++step) {
    TypeParam queue;
    this->fill(queue);
    std::vector<int> expected;
    for (int i = 0; i < this->items; ++i) expected.push_back(i);
    threw = false;
    Fuse::steps_left = step;
    try {
      const int popped = value_of(queue.pop());
      std::erase(expected, popped);
    } catch (const std::runtime_error&) {
      threw = true;
    }
    Fuse::steps_left = -1;
    EXPECT_EQ(this->drain(queue), expected) << "step " << step;
  }
}

TYPED_TEST(ThrowingItems, SurviveAPushThatThrows) {
  bool threw = true;
  for (int step = 0; threw; ++step) {
    TypeParam queue;
    this->fill(queue);
    typename TypeParam::value_type item(-7);
    threw = false;
    Fuse::steps_left = step;
    try {
      queue.push(std::move(item));
    } catch (const std::runtime_error&) {
      threw = true;
    }
    Fuse::steps_left = -1;
    EXPECT_EQ(queue.unfinished_tasks(), threw ? 12U : 13U);
    if (threw) {
      EXPECT_EQ(value_of(item), -7) << "the caller keeps what was refused";
      queue.push(std::move(item));
    }
    EXPECT_EQ(this->drain(queue).size(), 13U) << "step " << step;
  }
}

TYPED_TEST(ThrowingItems, TryFormsSurviveToo) {
  TypeParam queue;
  this->fill(queue);
  Fuse::steps_left = 0;
  EXPECT_THROW((void)queue.try_pop(), std::runtime_error);
  Fuse::steps_left = 0;
  EXPECT_THROW((void)queue.try_pop_for(std::chrono::seconds(1)), std::runtime_error);
  EXPECT_EQ(this->drain(queue).size(), 12U);
}

/// The popper that was woken can't take the item; it must pass the wake-up on to the other one.
TEST(ThrowingItems, AWakeUpIsPassedOn) {
  for (int round = 0; round < 20; ++round) {
    Queue<Delicate> queue;
    std::atomic<int> popped{0};
    std::atomic<int> failed{0};
    std::vector<std::jthread> poppers;
    for (int i = 0; i < 2; ++i) {
      poppers.emplace_back([&] {
        try {
          (void)queue.pop();
          ++popped;
        } catch (const std::runtime_error&) {
          ++failed;
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    Fuse::steps_left = 1;  // the push's own move passes, the first pop's does not
    queue.push(Delicate(1));
    poppers.clear();
    EXPECT_EQ(popped, 1);
    EXPECT_EQ(failed, 1);
  }
}

}  // namespace
}  // namespace contend::testing
