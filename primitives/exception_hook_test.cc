#include "primitives/exception_hook.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace contend::testing {
namespace {

void throw_and_report(const char* what) {
  try {
    throw std::runtime_error(what);
  } catch (...) {
    internal::report_current_exception("a test");
  }
}

TEST(ExceptionHook, IsReplacedAndRestored) {
  std::string seen;
  EXPECT_EQ(set_exception_hook([&](const EscapedException& escaped) {
              seen = escaped.where;
              EXPECT_THROW(std::rethrow_exception(escaped.exception), std::runtime_error);
            }),
            nullptr);
  throw_and_report("lost");
  EXPECT_EQ(seen, "a test");
  EXPECT_NE(set_exception_hook(nullptr), nullptr);
}

TEST(ExceptionHook, PrintsIfNothingElseIsSaid) {
  ::testing::internal::CaptureStderr();
  throw_and_report("lost");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "contend: exception in a test: lost\n");
}

TEST(ExceptionHook, ThatThrowsIsReportedToo) {
  set_exception_hook([](const EscapedException&) { throw 1; });
  ::testing::internal::CaptureStderr();
  throw_and_report("first");
  const std::string printed = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(printed.find("first"), std::string::npos) << printed;
  EXPECT_NE(printed.find("hook itself"), std::string::npos) << printed;
  set_exception_hook(nullptr);
}

}  // namespace
}  // namespace contend::testing
