#include "benchmarks/registry.h"
#include "benchmarks/suite.h"

// The suites whose cases are subject x workload; which one, the build says.
namespace contend::benchmarks {

Suite make_suite(const RunSettings& settings) {
  Registry registry(CONTEND_SUITE, settings.worker_counts, settings.crowds);
  for (const SubjectFile& file : SubjectFile::all()) file.add_to(registry);
  return {CONTEND_SUITE, registry.subjects(), registry.cases()};
}

}  // namespace contend::benchmarks
