#pragma once

#include <functional>
#include <list>

#include "primitives/exception_hook.h"

namespace contend::internal {

/// What is to be called when a future is done.
using DoneCallbacks = std::list<std::function<void()>>;

/// A callback that completes a future has that one's callbacks called before it goes on, as in Python, but only so many
/// deep. Callbacks below that are postponed until the one that caused them has returned, or waits. So all callbacks begin
/// in the order in which they would if each called the next, however long a chain is.
inline constexpr unsigned most_nested_callbacks = 32;

struct CallbackNesting {
  unsigned depth = 0;
  DoneCallbacks* postponed = nullptr;  // null: not so deep that any are
};

inline constinit thread_local CallbackNesting this_nesting{};

/// Calls the first, and destroys it, which may complete futures, too.
inline void call_first(DoneCallbacks& callbacks) noexcept {
  DoneCallbacks first;
  first.splice(first.begin(), callbacks, callbacks.begin());
  try {
    first.front()();
  } catch (...) {
    report_current_exception("a future's callback");
  }
}

/// Calls all, or leaves it to the thread's deepest call of this.
inline void call_done_callbacks(DoneCallbacks& callbacks) noexcept {
  CallbackNesting& nesting = this_nesting;
  if (nesting.postponed != nullptr) {
    nesting.postponed->splice(nesting.postponed->end(), callbacks);
    return;
  }
  DoneCallbacks postponed;
  if (++nesting.depth == most_nested_callbacks) nesting.postponed = &postponed;
  while (!callbacks.empty()) {
    call_first(callbacks);
    callbacks.splice(callbacks.begin(), postponed);
  }
  nesting.postponed = nullptr;
  --nesting.depth;
}

/// Lives while a thread waits for a future: it may be a postponed callback that completes it, so these are called now,
/// and what the thread does meanwhile postpones no others.
class CallbacksOfAWait {
 public:
  CallbacksOfAWait() noexcept : postponed_(this_nesting.postponed) {
    if (postponed_ == nullptr) return;
    this_nesting = {};
    call_done_callbacks(*postponed_);
  }
  CallbacksOfAWait(const CallbacksOfAWait&) = delete;
  CallbacksOfAWait& operator=(const CallbacksOfAWait&) = delete;
  ~CallbacksOfAWait() {
    if (postponed_ != nullptr) this_nesting = {.depth = most_nested_callbacks, .postponed = postponed_};
  }

 private:
  DoneCallbacks* const postponed_;
};

}  // namespace contend::internal
