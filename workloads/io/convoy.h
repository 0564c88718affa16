#pragma once

#include <chrono>
#include <cstdint>

#include "primitives/baton.h"

namespace contend::workloads {

/// What the client of an echo saw.
struct ConvoyFigures {
  std::uint64_t trips = 0;
  std::chrono::nanoseconds length{0};
  std::uint64_t p50_ns = 0;
  std::uint64_t p90_ns = 0;
  std::uint64_t p99_ns = 0;
  double fast_share = 0;  // of the round trips: below a millisecond, so that nobody waited for the lock
  double slow_share = 0;  // from 2.5 milliseconds on
};

/// The convoy: a thread that answers UDP datagrams on loopback, beside `burners` threads that compute, all under
/// `baton` (null: under none), and a client in a process of its own that sends the next when the last has come back,
/// for `length`. A thread that waits often and computes little loses the lock at every wait, and gets it back only when
/// somebody else is through with it. Described by D. Beazley, "Understanding the Python GIL" (2010); CPython's issue
/// 7946. Throws std::system_error where the system refuses something.
ConvoyFigures run_convoy(Baton* baton, unsigned burners, std::chrono::nanoseconds length);

}  // namespace contend::workloads
