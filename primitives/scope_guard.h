#pragma once

#include <utility>

namespace contend {

/// Undoes something on the way out of a scope, unless told that all went well.
///
///   accounts.debit(from, amount);
///   ScopeGuard rollback([&] { accounts.credit(from, amount); });
///   accounts.credit(to, amount);  // may throw
///   rollback.dismiss();
///
/// Not for what must happen on every way out: that is a destructor's work. The action must not throw: it runs
/// while another exception may be on its way, so an exception from it ends the program. Cost: a flag.
template <class Action>
class [[nodiscard]] ScopeGuard {
 public:
  explicit ScopeGuard(Action action) : action_(std::move(action)) {}
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;
  ~ScopeGuard() {
    if (armed_) action_();
  }

  void dismiss() noexcept { armed_ = false; }

 private:
  Action action_;
  bool armed_ = true;
};

}  // namespace contend
