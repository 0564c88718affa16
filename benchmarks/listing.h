#pragma once

#include <iosfwd>

#include "benchmarks/suite.h"

namespace contend::benchmarks {

/// Prints the suite's cases, its subjects and the libraries that were not found, as one JSON document.
void list(const Suite& suite, const RunSettings& settings, std::ostream& out);

}  // namespace contend::benchmarks
