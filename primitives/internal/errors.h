#pragma once

#include <string>
#include <system_error>

namespace contend::internal {

/// Whether objects look for misuse where looking would be felt: in builds with assertions.
#ifdef NDEBUG
inline constexpr bool costly_checks = false;
#else
inline constexpr bool costly_checks = true;
#endif

/// Misuse of an object by its state or by its caller. Out of line of every fast path.
[[noreturn, gnu::cold, gnu::noinline]] inline void throw_misuse(std::errc code, const char* what) {
  throw std::system_error(std::make_error_code(code), what);
}

}  // namespace contend::internal
