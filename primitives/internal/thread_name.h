#pragma once

#include <pthread.h>

#include <string>

namespace contend::internal {

/// Names the calling thread PREFIX-INDEX for the kernel (ps, top, perf, gdb). The kernel keeps 15 characters,
/// so a long prefix is cut and the index stays.
inline void name_this_thread(const std::string& prefix, unsigned index) {
  constexpr std::size_t kept = 15;
  const std::string suffix = "-" + std::to_string(index);
  pthread_setname_np(pthread_self(), (prefix.substr(0, kept - suffix.size()) + suffix).c_str());
}

}  // namespace contend::internal
