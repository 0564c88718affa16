#pragma once

#include <cstddef>

namespace contend::internal {

/// The unit of coherence on x86-64 and most AArch64. A constant rather than
/// std::hardware_destructive_interference_size, which changes with the compiler's tuning flags and so would
/// change the layout of shared memory.
inline constexpr std::size_t cache_line_size = 64;

}  // namespace contend::internal
