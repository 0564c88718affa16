#include "benchmarks/planted/plant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

namespace contend::benchmarks {
namespace {

class Plant : public testing::Test {
 protected:
  void SetUp() override { unset(); }
  void TearDown() override { unset(); }

  static void unset() {
    unsetenv("CONTEND_PLANT");
    unsetenv("CONTEND_PLANT_CONTENDED");
  }
  static void set(const char* variable, const char* text) { setenv(variable, text, 1); }
};

TEST_F(Plant, IsNoneWhereNobodyAsked) {
  EXPECT_EQ(planted_percent(), 0u);
  EXPECT_EQ(contended_percent("a/threads:2"), 0u);
}

TEST_F(Plant, IsForAllWhatIsNotSaidOfTheContended) {
  set("CONTEND_PLANT", "005");
  EXPECT_EQ(contended_percent("a/threads:2"), 5u);
  set("CONTEND_PLANT_CONTENDED", "10");
  EXPECT_EQ(planted_percent(), 5u);
  EXPECT_EQ(contended_percent("a/threads:2"), 10u);
}

TEST_F(Plant, MayBeAnotherOneForEach) {
  set("CONTEND_PLANT_CONTENDED", "a/threads:2=010;ab/threads:2=012");
  EXPECT_EQ(contended_percent("a/threads:2"), 10u);
  EXPECT_EQ(contended_percent("ab/threads:2"), 12u);
}

TEST_F(Plant, IsRefusedWhereItIsNotUnderstood) {
  for (const char* text : {"", "x", "5x", "-1", "101", "5.5", "a=x", "a=", "b=5", "b=5;"}) {
    set("CONTEND_PLANT_CONTENDED", text);
    EXPECT_THROW(contended_percent("a"), std::invalid_argument) << text;
  }
}

TEST_F(Plant, IsWork) {
  EXPECT_EQ(with_percent(100, 0), 100u);
  EXPECT_EQ(with_percent(100, 11), 111u);
}

}  // namespace
}  // namespace contend::benchmarks
