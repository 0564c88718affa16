#pragma once

#include <string>
#include <vector>

#include "benchmarks/case.h"

namespace contend::benchmarks {

/// What one binary measures. Each binary links one definition of make_suite().
struct Suite {
  std::string name;
  std::vector<Subject> subjects;
  std::vector<Case> cases;
};

Suite make_suite(const RunSettings& settings);

}  // namespace contend::benchmarks
