#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <unordered_set>
#include <utility>
#include <vector>

#include "primitives/future.h"
#include "primitives/internal/deadline.h"
#include "primitives/internal/done_callbacks.h"
#include "primitives/queue.h"

// Several futures at once. A cancelled future counts as done. Two handles of the same task count once. A point of time
// is converted to the steady clock when the call begins: a clock that is set meanwhile does not change it.
namespace contend {

namespace internal {

template <class F>
struct IsFuture : std::false_type {};
template <class R, class P>
struct IsFuture<Future<R, P>> : std::true_type {};

template <class Range>
concept FutureRange =
    std::ranges::forward_range<Range> && IsFuture<std::remove_cv_t<std::ranges::range_value_t<Range>>>::value;

}  // namespace internal

/// Futures in the order in which they get done; those that are done already come first. A range of one pass:
///
///   for (const auto& future : as_completed(futures, 10s)) use(future.get());
///
/// It ends when all have been given out, or at the time-out; timed_out() tells which. For one thread. May be
/// dropped at any time: the futures then forget it. Cost: two allocations per future that is not done.
template <class R, class P>
class AsCompleted {
 public:
  template <class Range>
  AsCompleted(Range&& futures, internal::Deadline deadline)
      : deadline_(deadline), completed_(std::make_shared<Completed>()) {
    std::unordered_set<const void*> seen;
    for (const auto& future : futures) {
      if (seen.insert(&internal::FutureAccess::shared(future)).second) watched_.push_back({future, {}});
    }
    for (std::size_t i = 0; i < watched_.size(); ++i) {
      // The queue is shared, because a callback may still be on its way when this object has gone.
      auto tell = [completed = completed_, i] { completed->push(i); };
      watched_[i].observer = internal::FutureAccess::shared(watched_[i].future).observe(tell, true);
    }
  }
  AsCompleted(const AsCompleted&) = delete;
  AsCompleted& operator=(const AsCompleted&) = delete;
  ~AsCompleted() {
    for (auto& [future, observer] : watched_) {
      if (observer) internal::FutureAccess::shared(future).forget(*observer);
    }
  }

  /// Waits. Empty: there are no more, or the time is up.
  std::optional<Future<R, P>> next() {
    if (given_ == watched_.size()) return std::nullopt;
    const internal::CallbacksOfAWait callbacks;
    const auto index = completed_->try_pop_until(deadline_.when());
    timed_out_ = !index;
    if (!index) return std::nullopt;
    ++given_;
    watched_[*index].observer.reset();
    return watched_[*index].future;
  }

  bool timed_out() const noexcept { return timed_out_; }
  /// How many have not been given out yet.
  std::size_t remaining() const noexcept { return watched_.size() - given_; }

  class Iterator {
   public:
    using value_type = Future<R, P>;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(AsCompleted& source) : source_(&source), current_(source.next()) {}
    const value_type& operator*() const { return *current_; }
    Iterator& operator++() {
      current_ = source_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !current_; }

   private:
    AsCompleted* source_;
    std::optional<value_type> current_;
  };

  Iterator begin() { return Iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  using Completed = Queue<std::size_t, P>;
  struct Watched {
    Future<R, P> future;
    std::optional<typename internal::FutureState<P>::Observer> observer;
  };

  internal::Deadline deadline_;
  std::vector<Watched> watched_;
  std::shared_ptr<Completed> completed_;  // indices into watched_
  std::size_t given_ = 0;
  bool timed_out_ = false;
};

namespace internal {

template <class R, class P>
AsCompleted<R, P> deduce_as_completed(const Future<R, P>&);
template <class Range>
using AsCompletedOf = decltype(deduce_as_completed(*std::ranges::begin(std::declval<Range&>())));

}  // namespace internal

template <internal::FutureRange Range>
auto as_completed(Range&& futures) {
  return internal::AsCompletedOf<Range>(futures, internal::Deadline::never());
}

/// `timeout` is for the whole of it, from this call on.
template <internal::FutureRange Range, class Rep, class Period>
auto as_completed(Range&& futures, const std::chrono::duration<Rep, Period>& timeout) {
  return internal::AsCompletedOf<Range>(futures, internal::Deadline::after(timeout));
}

template <internal::FutureRange Range, class Clock, class Duration>
auto as_completed(Range&& futures, const std::chrono::time_point<Clock, Duration>& when) {
  return internal::AsCompletedOf<Range>(futures, internal::Deadline::at(when));
}

/// When a wait for several futures is over. With first_exception a cancelled future is no exception; without
/// any exception it means all_completed.
enum class ReturnWhen { first_completed, first_exception, all_completed };

/// Waits until all are done. Cheaper than wait(): without an allocation, and with one wake-up for all where they end
/// about in the order of the range, as the tasks of one pool do.
template <internal::FutureRange Range>
requires std::ranges::bidirectional_range<Range>
void wait_all(Range&& futures) {
  const auto first = std::ranges::begin(futures);
  for (auto at = std::ranges::next(first, std::ranges::end(futures)); at != first;) (*--at).wait();
}

template <class F>
struct WaitResult {
  std::vector<F> done;
  std::vector<F> not_done;
};

namespace internal {

template <class Range>
auto wait_within(Range&& futures, Deadline deadline, ReturnWhen when) {
  using F = std::ranges::range_value_t<Range>;
  AsCompletedOf<Range> completed(futures, deadline);
  while (const auto future = completed.next()) {
    if (when == ReturnWhen::first_completed) break;
    // Not by exception(), after which the exception would count as fetched.
    if (when == ReturnWhen::first_exception && FutureAccess::shared(*future).error) break;
  }
  WaitResult<F> result;
  std::unordered_set<const void*> seen;
  for (const F& future : futures) {
    if (!seen.insert(&FutureAccess::shared(future)).second) continue;
    (future.done() ? result.done : result.not_done).push_back(future);
  }
  return result;
}

}  // namespace internal

/// Waits for the futures of a range, and says which are done, both lists in the order of the range.
template <internal::FutureRange Range>
auto wait(Range&& futures, ReturnWhen when = ReturnWhen::all_completed) {
  return internal::wait_within(futures, internal::Deadline::never(), when);
}

template <internal::FutureRange Range, class Rep, class Period>
auto wait_for(Range&& futures, const std::chrono::duration<Rep, Period>& timeout,
              ReturnWhen when = ReturnWhen::all_completed) {
  return internal::wait_within(futures, internal::Deadline::after(timeout), when);
}

template <internal::FutureRange Range, class Clock, class Duration>
auto wait_until(Range&& futures, const std::chrono::time_point<Clock, Duration>& time,
                ReturnWhen when = ReturnWhen::all_completed) {
  return internal::wait_within(futures, internal::Deadline::at(time), when);
}

}  // namespace contend
