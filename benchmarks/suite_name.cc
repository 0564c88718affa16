#include "benchmarks/suite_name.h"

namespace contend::benchmarks {

const char* const suite_name = CONTEND_SUITE;

}  // namespace contend::benchmarks
