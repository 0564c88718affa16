#include <benchmark/benchmark.h>

#include <exception>
#include <iostream>

#include "benchmarks/planted/kernels.h"

// Twenty benchmarks, each of which does CONTEND_PLANT percent more than its fixed work, those of two threads
// CONTEND_PLANT_CONTENDED percent (one number, or one for each): what the regression gate is calibrated on. Ordinary Google
// Benchmark: nothing of the harness.
int main(int argc, char** argv) {
  try {
    contend::benchmarks::register_kernels();
    contend::benchmarks::register_contended();
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 2;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  return benchmark::RunSpecifiedBenchmarks() == 0;
}
