#pragma once

#include <cstdio>
#include <cstdlib>
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

/// Misuse that is noticed where no exception may leave, such as in a destructor: says what, and ends the process.
[[noreturn, gnu::cold, gnu::noinline]] inline void die_of_misuse(const char* what) noexcept {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace contend::internal
