#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/histogram.h"
#include "workloads/sync/leave_and_notify.h"

namespace contend::workloads {

/// Worker 0 sets a flag for which all the others sleep. Told is the time from just before the call to when the last of
/// them runs again, and beside it: to the first, and how long the call itself takes. Two flags take turns, so that one
/// is cleared while nobody is near it. Nobody may run before the flag has been set, and all must.
template <WaitableFlag F, class Name>
class Broadcast {
 public:
  using Subject = F;

  static constexpr std::string_view name = Name::broadcast;
  static constexpr bool has_waits = false;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const unsigned waiters : {1U, 2U, 4U, 16U, most_waiters}) {
      result.push_back({waiters + 1,
                        {{"waiters", std::to_string(waiters)}},
                        (waiters == 1 || waiters == 4) && Name::is_quick ? Tier::quick : Tier::full});
    }
    return result;
  }

  explicit Broadcast(const Setup& setup) : waiters_(setup.args.count("waiters")) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    if (worker.id() == 0) {
      broadcast(worker);
    } else {
      listen(worker.id() - 1);
    }
  }

  bool counts(unsigned worker) const { return worker == 0; }

  void check(const RoundResult& /*result*/) const {
    if (early_ != 0)
      throw CheckFailed(std::to_string(early_) + " broadcasts let somebody through before they were made");
  }

  /// The window is mostly spent on everybody falling asleep.
  OwnTime own_time() const { return {broadcasts_, 1e-9 * static_cast<double>(sum_of_last_ns_)}; }

  void add_details(const RoundResult& /*result*/, Details& details) const {
    add(details, "first", first_);
    add(details, "last", last_);
    add(details, "call", call_);
  }

 private:
  static constexpr unsigned most_waiters = 64;
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  using Microseconds = std::chrono::microseconds;

  struct alignas(2 * internal::cache_line_size) Listener {
    std::uint64_t woken_ns = 0;
  };

  static void add(Details& details, const std::string& what, const Histogram& times) {
    if (const auto ns = times.quantile(0.5, Weighting::per_operation)) details[what + "_p50_ns"] = *ns;
    if (const auto ns = times.quantile(0.99, Weighting::per_operation)) details[what + "_p99_ns"] = *ns;
  }

  void broadcast(Worker& worker) {
    Tally tally(worker);
    for (std::uint64_t round = 1;; ++round) {
      await_asleep(round);
      const bool is_last = !worker.running();
      // Relaxed: the flag publishes it.
      if (is_last) last_round_.store(round, std::memory_order_relaxed);
      F& flag = flags_[round % 2];
      const std::uint64_t begin = now_ns();
      flag.set();
      const std::uint64_t end = now_ns();
      await_count(gone_, round);
      note(begin, end);
      flag.clear();
      if (is_last) return;
      tally.one();
    }
  }

  void listen(unsigned id) {
    for (std::uint64_t round = 1;; ++round) {
      come_.fetch_add(1);
      flags_[round % 2].wait();
      listeners_[id].woken_ns = now_ns();
      // Relaxed: written before the flag was set. Looked at before gone_, for after that the next round begins.
      const bool is_last = last_round_.load(std::memory_order_relaxed) <= round;
      gone_.fetch_add(1);
      if (is_last) return;
    }
  }

  /// All have come to wait, and have had the time to spin and to fall asleep. Waits asleep, to leave the CPUs to them.
  void await_asleep(std::uint64_t round) const {
    await_count(come_, round);
    std::this_thread::sleep_for(Microseconds(100 + 10 * waiters_));
  }

  void await_count(const std::atomic<std::uint64_t>& count, std::uint64_t round) const {
    while (count.load() < round * waiters_) std::this_thread::sleep_for(Microseconds(20));
  }

  void note(std::uint64_t begin, std::uint64_t end) {
    const auto listeners = std::span(listeners_).first(waiters_);
    const auto [first, last] = std::ranges::minmax(listeners, {}, &Listener::woken_ns);
    if (first.woken_ns < begin) {
      ++early_;
      return;
    }
    ++broadcasts_;
    sum_of_last_ns_ += last.woken_ns - begin;
    first_.record(first.woken_ns - begin);
    last_.record(last.woken_ns - begin);
    call_.record(end - begin);
  }

  const unsigned waiters_;
  alignas(2 * internal::cache_line_size) std::array<F, 2> flags_;
  alignas(2 * internal::cache_line_size) std::atomic<std::uint64_t> come_{0};
  alignas(2 * internal::cache_line_size) std::atomic<std::uint64_t> gone_{0};
  std::atomic<std::uint64_t> last_round_{never};
  std::array<Listener, most_waiters> listeners_;
  std::uint64_t early_ = 0;
  std::uint64_t broadcasts_ = 0;
  std::uint64_t sum_of_last_ns_ = 0;
  Histogram first_;
  Histogram last_;
  Histogram call_;
};

/// A flag under a lock, with a condition to wait for it: one thread notifies many.
template <Monitor M>
class MonitoredFlag {
 public:
  void set() {
    monitor_.lock();
    is_set_ = true;
    leave_and_notify_all(monitor_);
  }
  void wait() {
    monitor_.lock();
    monitor_.await([this] { return is_set_; });
    monitor_.unlock();
  }
  bool is_set() {
    monitor_.lock();
    const bool seen = is_set_;
    monitor_.unlock();
    return seen;
  }
  void clear() {
    monitor_.lock();
    is_set_ = false;
    monitor_.unlock();
  }

 private:
  M monitor_;
  bool is_set_ = false;
};

}  // namespace contend::workloads
