#include "primitives/exception_hook.h"

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "primitives/lock.h"

namespace contend {
namespace {

/// Never destroyed: threads and timers may report while the program ends.
struct Installed {
  Lock lock;
  std::shared_ptr<const ExceptionHook> hook;  // null: the default
};

Installed& installed() {
  static Installed& instance = *new Installed;
  return instance;
}

std::string describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

void print(const EscapedException& escaped, const char* remark) noexcept {
  const std::string text = describe(escaped.exception);
  std::fprintf(stderr, "contend: exception in %.*s%s: %s\n", static_cast<int>(escaped.where.size()),
               escaped.where.data(), remark, text.c_str());
}

}  // namespace

ExceptionHook set_exception_hook(ExceptionHook hook) {
  auto replacement = hook ? std::make_shared<const ExceptionHook>(std::move(hook)) : nullptr;
  {
    const std::scoped_lock guard(installed().lock);
    replacement.swap(installed().hook);
  }
  return replacement ? *replacement : nullptr;
}

namespace internal {

void report_current_exception(std::string_view where) noexcept {
  const EscapedException escaped{std::current_exception(), where};
  std::shared_ptr<const ExceptionHook> hook;
  {
    const std::scoped_lock guard(installed().lock);
    hook = installed().hook;
  }
  if (!hook) return print(escaped, "");
  try {
    (*hook)(escaped);
  } catch (...) {
    print(escaped, ", which the exception hook was given");
    print({std::current_exception(), where}, ", from the exception hook itself");
  }
}

}  // namespace internal
}  // namespace contend
