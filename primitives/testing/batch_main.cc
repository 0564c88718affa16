#include "primitives/testing/batch_main.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <vector>

namespace contend::testing {
namespace {

struct File {
  std::string name;
  std::string path;
  std::vector<std::string> tests;
};

/// Those that have begun, in their order.
std::vector<File>& files() {
  static std::vector<File> all;
  return all;
}

/// Calls `each(name, info)` for every test that is registered and was not visited before.
void visit_new_tests(const std::function<void(const std::string&, const ::testing::TestInfo&)>& each) {
  static std::set<std::string> known;
  const ::testing::UnitTest& program = *::testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const ::testing::TestSuite& suite = *program.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const ::testing::TestInfo& info = *suite.GetTestInfo(j);
      const std::string name = std::string(suite.name()) + "." + info.name();
      if (known.insert(name).second) each(name, info);
    }
  }
}

void end_file() {
  visit_new_tests(
      [](const std::string& name, const ::testing::TestInfo&) { files().back().tests.push_back(name); });
}

/// Tests with values for parameters, which GoogleTest registers only when it is initialized. A suite that nobody
/// instantiated is a failing test in its header then: it fails with every file.
void find_homes_of_the_rest() {
  visit_new_tests([](const std::string& name, const ::testing::TestInfo& info) {
    const auto home =
        std::find_if(files().begin(), files().end(), [&](const File& f) { return f.path == info.file(); });
    if (home != files().end()) {
      home->tests.push_back(name);
    } else {
      for (File& file : files()) file.tests.push_back(name);
    }
  });
}

/// A filter for the tests of that file; empty where there is none.
std::string filter_of(const std::string& name) {
  std::string filter;
  for (const File& file : files()) {
    if (file.name != name) continue;
    for (const std::string& test : file.tests) filter += test + ":";
  }
  return filter;
}

}  // namespace

FileOfBatch::FileOfBatch(const char* name, const char* path) {
  if (!files().empty()) end_file();
  files().push_back({.name = name, .path = path, .tests = {}});
}

}  // namespace contend::testing

/// PROGRAM [FILE]: runs the tests of that file, such as lock_test, or all. A filter, such as death tests give to the
/// program that they start, is preferred.
int main(int argc, char** argv) {
  using namespace contend::testing;
  end_file();
  ::testing::InitGoogleMock(&argc, argv);
  find_homes_of_the_rest();
  if (argc > 1) {
    const std::string filter = filter_of(argv[1]);
    if (filter.empty()) {
      std::cerr << argv[0] << " has no test of a file " << argv[1] << '\n';
      return 2;
    }
    if (GTEST_FLAG_GET(filter) == "*") GTEST_FLAG_SET(filter, filter);
  }
  return RUN_ALL_TESTS();
}
