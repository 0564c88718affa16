#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <utility>

#include "primitives/internal/deadline.h"

namespace contend::internal {

/// While it lives, a stop request wakes the sleepers of `word`, again and again until this object's owner has
/// seen it. For a word that the request does not change, where one wake could come between the owner's look
/// at the token and its sleep. Others who sleep on the word are woken for nothing, which they must tolerate.
///
/// The owner looks at the token before every sleep and destroys this object soon after it has seen a request:
/// until then request_stop() does not return.
template <class P>
class StopWake {
 public:
  StopWake(std::stop_token token, const typename P::Word& word)
      : word_(word), callback_(std::move(token), Callback{this}) {
    // A request that came before this is seen by the owner, who looks at the token next.
    armed_.store(1);
  }
  StopWake(const StopWake&) = delete;
  StopWake& operator=(const StopWake&) = delete;
  ~StopWake() {
    // What lives here is still there when the callback looks: the destructor of callback_ waits for it.
    seen_.store(1);
    P::wake(seen_, 1);
  }

 private:
  struct Callback {
    StopWake* self;
    void operator()() const noexcept { self->wake_until_seen(); }
  };

  void wake_until_seen() noexcept {
    // Not armed: called within the constructor, perhaps by the owner itself, who must not be waited for.
    if (armed_.load() == 0) return;
    while (seen_.load() == 0) {
      P::wake(word_, std::numeric_limits<int>::max());
      P::wait(seen_, 0, Deadline::after(std::chrono::milliseconds(1)));
    }
  }

  const typename P::Word& word_;
  typename P::Word armed_{0};
  typename P::Word seen_{0};
  typename P::template StopCallback<Callback> callback_;
};

}  // namespace contend::internal
