#pragma once

#include <exception>
#include <functional>
#include <string_view>

namespace contend {

/// An exception that nobody is there to catch: it left a thread's function, a timer's or a future's callback.
struct EscapedException {
  std::exception_ptr exception;
  std::string_view where;  // as in `Thread "loader"`
};

using ExceptionHook = std::function<void(const EscapedException&)>;

/// Replaces what is done about such exceptions everywhere in the process, and returns what was in place. Null
/// restores the default, which prints `where` and the exception to stderr. The hook runs in the thread that
/// the exception came up in, and may run in several at once.
ExceptionHook set_exception_hook(ExceptionHook hook);

namespace internal {

/// Hands the exception that is being handled to the hook. What the hook throws is printed, as is the
/// exception that it was called for.
void report_current_exception(std::string_view where) noexcept;

}  // namespace internal
}  // namespace contend
