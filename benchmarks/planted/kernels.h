#pragma once

namespace contend::benchmarks {

/// Work of one thread, of many kinds: arithmetic, branches, caches, allocation, strings, locks nobody else
/// wants. Each iteration is 100 equal units, and the planted percentage more.
void register_kernels();

/// Work that two threads, each bound to a CPU of its own where there are two, do with or against each other.
/// Each iteration is 100 equal units here too, so that what a hand-over costs is in the plant.
void register_contended();

}  // namespace contend::benchmarks
