#pragma once

#include <cstdint>

namespace contend::benchmarks {

/// How much more is to be done, in percent: the environment variable CONTEND_PLANT, 0 where it is not set. The
/// same program does both, so that base and head have the same code at the same addresses, and a difference
/// between them is work. Throws std::invalid_argument for what is not a whole number from 0 to 100.
unsigned planted_percent();

/// The same for what threads do with each other: CONTEND_PLANT_CONTENDED, or CONTEND_PLANT where it is not set.
unsigned contended_percent();

/// `units` of work with the planted percentage on top; exact where `units` is a multiple of 100.
std::uint64_t with_plant(std::uint64_t units);
std::uint64_t with_contended_plant(std::uint64_t units);

}  // namespace contend::benchmarks
