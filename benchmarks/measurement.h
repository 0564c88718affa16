#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace contend::benchmarks {

/// What one repetition of a case came to.
struct Measurement {
  std::uint64_t operations = 0;
  double seconds = 0;
  std::map<std::string, double> counters = {};
};

}  // namespace contend::benchmarks
