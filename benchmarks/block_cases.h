#pragma once

#include <span>

#include "benchmarks/suite.h"

namespace contend::benchmarks {

/// What results that are large cost: the items of block_results.h by threads, which leave them where they are; by the
/// process pool, which carries them to the caller; and by the same pool, whose workers keep them.
void add_block_cases(std::span<const unsigned> worker_counts, Suite& suite);

}  // namespace contend::benchmarks
