#pragma once

#include <cstdint>
#include <string_view>

namespace contend::benchmarks {

/// How much more is to be done, in percent: the environment variable CONTEND_PLANT, 0 where it is not set. The
/// same program does both, so that base and head have the same code at the same addresses, and a difference
/// between them is work. Throws std::invalid_argument for what is not a whole number from 0 to 100.
unsigned planted_percent();

/// The same for a benchmark of what threads do with each other: CONTEND_PLANT_CONTENDED, or CONTEND_PLANT where it is
/// not set. Either one number for all, or one for each by its whole name: `a/threads:2=11;b/threads:2=10`.
unsigned contended_percent(std::string_view benchmark);

/// `units` of work with so much on top; exact where `units` is a multiple of 100.
std::uint64_t with_percent(std::uint64_t units, unsigned percent);

}  // namespace contend::benchmarks
