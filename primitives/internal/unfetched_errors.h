#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "primitives/exception_hook.h"
#include "primitives/lock.h"

namespace contend::internal {

/// An exception that waits in a future to be fetched.
struct UnfetchedError {
  explicit UnfetchedError(std::exception_ptr error) : exception(std::move(error)) {}

  const std::exception_ptr exception;
  std::atomic<bool> fetched{false};
};

/// The exceptions of a pool's tasks, so that none is swallowed: what nobody has fetched goes to the exception
/// hook.
class UnfetchedErrors {
  using Errors = std::vector<std::shared_ptr<UnfetchedError>>;

 public:
  /// `where` they came up, as the hook is told.
  explicit UnfetchedErrors(std::string where) : where_(std::move(where)) {}

  std::shared_ptr<UnfetchedError> add(std::exception_ptr exception) {
    auto error = std::make_shared<UnfetchedError>(std::move(exception));
    Errors settled;
    {
      const std::scoped_lock guard(lock_);
      if (errors_.size() == errors_.capacity()) settled = take_settled();
      errors_.push_back(error);
    }
    report(settled);
    return error;
  }

  /// For an exception that is being handled, and that nobody will ever fetch.
  void report_current() const noexcept { report_current_exception(where_); }

  void report_all() {
    Errors errors;
    {
      const std::scoped_lock guard(lock_);
      errors.swap(errors_);
    }
    report(errors);
  }

 private:
  /// Those that have been fetched, and those that nobody can fetch any more.
  Errors take_settled() {
    const auto is_open = [](const auto& error) { return error.use_count() > 1 && !error->fetched.load(); };
    const auto settled = std::partition(errors_.begin(), errors_.end(), is_open);
    Errors taken(std::make_move_iterator(settled), std::make_move_iterator(errors_.end()));
    errors_.erase(settled, errors_.end());
    return taken;
  }

  void report(const Errors& errors) const noexcept {
    for (const auto& error : errors) {
      if (error->fetched.exchange(true)) continue;
      try {
        std::rethrow_exception(error->exception);
      } catch (...) {
        report_current_exception(where_);
      }
    }
  }

  const std::string where_;
  Lock lock_;
  Errors errors_;
};

}  // namespace contend::internal
