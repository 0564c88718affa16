#pragma once

#include <chrono>
#include <cstdint>

namespace contend::workloads {

/// CPU-bound work that neither touches memory nor runs in parallel inside a core: a chain of steps, each a
/// shift, an exclusive or and a multiplication that needs the one before. The same id and steps give the same
/// result in every process.
std::uint64_t integer_chain(std::uint64_t id, std::uint64_t steps);

/// The same result, with a checkpoint (baton.h) about every microsecond.
std::uint64_t interruptible_chain(std::uint64_t id, std::uint64_t steps);

/// The same result at the pace of an interpreter: every step takes `step_ns`, with a checkpoint about every
/// microsecond.
std::uint64_t interpreted_chain(std::uint64_t id, std::uint64_t steps, std::chrono::nanoseconds step_ns);

/// Computes for so long, with a checkpoint about every microsecond.
void interruptible_work(std::chrono::nanoseconds duration);

/// How many steps take `duration` on a core that does nothing else; at least one. Calibrated at the first
/// call, in a few milliseconds, and kept by the processes forked afterwards. The fastest of many short trials
/// counts, so that interruptions do not lengthen the work; a clock that rises later makes it shorter. A
/// negative duration is std::invalid_argument.
std::uint64_t steps_for(std::chrono::nanoseconds duration);

}  // namespace contend::workloads
