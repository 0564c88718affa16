#include "benchmarks/block_cases.h"
#include "benchmarks/registry.h"
#include "benchmarks/suite.h"
#include "benchmarks/suite_name.h"

// The suites whose cases are subject x workload; which one, the build says.
namespace contend::benchmarks {

Suite make_suite(const RunSettings& settings) {
  Registry registry(suite_name, settings.worker_counts, settings.crowds, settings.name_prefix);
  for (const SubjectFile& file : SubjectFile::all()) file.add_to(registry);
  Suite suite{suite_name, registry.subjects(), registry.cases()};
  if (suite.name == "executor") add_block_cases(settings.worker_counts, suite);
  return suite;
}

}  // namespace contend::benchmarks
