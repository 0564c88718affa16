#include "primitives/executors.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/internal/child_process.h"
#include "primitives/internal/first_error.h"
#include "primitives/internal/shared_memory.h"

namespace contend {
namespace {

/// Threads, of which at most so many are alive at once. The destructor joins them.
class LimitedThreads {
 public:
  explicit LimitedThreads(std::size_t limit) : threads_(limit) {
    for (std::size_t seat = 0; seat < limit; ++seat) free_.push_back(seat);
  }
  LimitedThreads(const LimitedThreads&) = delete;
  LimitedThreads& operator=(const LimitedThreads&) = delete;
  ~LimitedThreads() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  /// Waits until there is a seat, and joins who had it before.
  template <class Body>
  void start(Body body) {
    const std::size_t seat = take_seat();
    if (threads_[seat].joinable()) threads_[seat].join();
    threads_[seat] = std::thread([this, seat, body] {
      body();
      const std::scoped_lock guard(mutex_);
      free_.push_back(seat);
      freed_.notify_one();
    });
  }

 private:
  std::size_t take_seat() {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [this] { return !free_.empty(); });
    const std::size_t seat = free_.back();
    free_.pop_back();
    return seat;
  }

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::size_t> free_;  // guarded by mutex_; never grows beyond what it held at first
  std::vector<std::thread> threads_;
};

/// What a child leaves behind for its parent.
struct Outcome {
  enum Phase { none, done, failed };
  std::atomic<Phase> phase;
  std::uint64_t result;
  char text[256];

  void keep(const char* what) noexcept {
    std::strncpy(text, what, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    phase = failed;
  }
};

/// One run of ForkPerItem.
class ForkedBatch {
 public:
  ForkedBatch(const ItemFunction& function, std::size_t seats, std::span<const std::uint64_t> ids,
              std::span<std::uint64_t> results)
      : function_(function), ids_(ids), results_(results), children_(seats), outcomes_(seats) {}

  void run() {
    for (start_children(); alive_ > 0; start_children()) reap_ended();
    error_.rethrow();
  }

 private:
  struct Child {
    internal::ChildProcess process;
    std::size_t index = 0;
  };

  void start_children() {
    for (std::size_t seat = 0; seat < children_.size(); ++seat) {
      if (next_ == ids_.size() || error_.precedes(next_)) break;
      if (!children_[seat].process && !start(seat)) break;
    }
  }

  /// False if there are no processes to be had until a child has ended.
  bool start(std::size_t seat) {
    outcomes_[seat].phase = Outcome::none;
    try {
      children_[seat] = {internal::ChildProcess([this, seat] { compute(outcomes_[seat]); }), next_};
    } catch (const std::system_error& error) {
      if (alive_ > 0 && error.code() == std::errc::resource_unavailable_try_again) return false;
      throw;
    }
    ++next_;
    ++alive_;
    return true;
  }

  // In the child.
  void compute(Outcome& outcome) const noexcept {
    try {
      outcome.result = function_(ids_[next_]);
      outcome.phase = Outcome::done;
    } catch (const std::exception& error) {
      outcome.keep(error.what());
    } catch (...) {
      outcome.keep("an exception that is not a std::exception");
    }
  }

  /// Waits until at least one child has ended.
  void reap_ended() {
    events_.clear();
    for (const Child& child : children_) {
      events_.push_back({.fd = child.process.descriptor(), .events = POLLIN, .revents = 0});
    }
    poll(events_.data(), events_.size(), -1);
    for (std::size_t seat = 0; seat < children_.size(); ++seat) {
      if (events_[seat].revents != 0) collect(children_[seat], outcomes_[seat]);
    }
  }

  void collect(Child& child, const Outcome& outcome) {
    const internal::ExitStatus how = child.process.wait();
    --alive_;
    const std::uint64_t id = ids_[child.index];
    switch (outcome.phase) {
      case Outcome::done:
        results_[child.index] = outcome.result;
        break;
      case Outcome::failed:
        fail(child.index, RemoteError(id, outcome.text));
        break;
      case Outcome::none:
        fail(child.index,
             BrokenWorker("item " + std::to_string(id) + ": the process that computed it " + how.text() +
                              " before it had finished; the item may have been done in part",
                          id, how.signal, how.code));
        break;
    }
  }

  template <class Error>
  void fail(std::size_t index, const Error& error) {
    error_.record(index, std::make_exception_ptr(error));
  }

  const ItemFunction& function_;
  const std::span<const std::uint64_t> ids_;
  const std::span<std::uint64_t> results_;
  std::vector<Child> children_;
  internal::SharedArray<Outcome> outcomes_;
  std::vector<pollfd> events_;
  std::size_t next_ = 0;
  std::size_t alive_ = 0;
  internal::FirstError error_;
};

}  // namespace

void ThreadPerItem::run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
  internal::check_batch(ids, results);
  internal::FirstError first_error;
  {
    LimitedThreads threads(std::min<std::size_t>(workers_, ids.size()));
    for (std::size_t index = 0; index < ids.size() && !first_error.precedes(index); ++index) {
      threads.start([&, index] {
        try {
          results[index] = function_(ids[index]);
        } catch (...) {
          first_error.record(index, std::current_exception());
        }
      });
    }
  }
  first_error.rethrow();
}

void ForkPerItem::run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
  internal::check_batch(ids, results);
  ForkedBatch(function_, std::min<std::size_t>(workers_, ids.size()), ids, results).run();
}

}  // namespace contend
