#pragma once

namespace contend::benchmarks {

/// The registry's suite that a binary measures; the one thing in which those binaries differ.
extern const char* const suite_name;

}  // namespace contend::benchmarks
