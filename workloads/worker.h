#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "primitives/internal/cache_line.h"
#include "workloads/execution/context_switches.h"
#include "workloads/histogram.h"

namespace contend::workloads {

/// Nanoseconds on the steady clock, which all threads and processes of a machine share.
inline std::uint64_t now_ns() noexcept {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

/// What the leader of a round tells its workers. Each on its own line: `stop` is read in every iteration, the
/// rest is written while the workers run.
struct RoundControl {
  alignas(2 * internal::cache_line_size) std::atomic<bool> stop{false};
  alignas(2 * internal::cache_line_size) std::atomic<bool> go{false};
  std::atomic<unsigned> ready{0};
  std::atomic<std::uint64_t> window_begin_ns{0};
};

/// One worker of a team: what it is told, and what it tells. Lives in memory that the leader and, in a team
/// of processes, the other workers share; padded, so that nobody's count disturbs a neighbour.
class alignas(2 * internal::cache_line_size) Worker {
 public:
  Worker(unsigned id, unsigned count, const RoundControl& control)
      : control_(control), id_(id), count_(count) {}

  unsigned id() const noexcept { return id_; }
  unsigned count() const noexcept { return count_; }

  /// Relaxed: the flag carries no data. A worker that reads it late does one operation more, outside the
  /// window.
  bool running() const noexcept { return !control_.stop.load(std::memory_order_relaxed); }

  /// Relaxed: the leader only reads how far the count has come.
  void publish(std::uint64_t operations) noexcept {
    operations_.store(operations, std::memory_order_relaxed);
  }
  /// How many were published last.
  std::uint64_t operations() const noexcept { return operations_.load(std::memory_order_relaxed); }

  Histogram& waits() noexcept { return waits_; }
  const Histogram& waits() const noexcept { return waits_; }

  /// Those of its whole run, told once, when it is done.
  void note_switches(const ContextSwitches& switches) noexcept { switches_ = switches; }
  const ContextSwitches& switches() const noexcept { return switches_; }

  /// Notes the time since the last note, and returns at which count to come back: often enough to see a gap within a
  /// few microseconds, seldom enough that the clock is not felt in an operation.
  [[gnu::noinline]] std::uint64_t note_progress(std::uint64_t operations) noexcept {
    constexpr std::uint64_t often_ns = 2'000;
    constexpr std::uint64_t seldom_ns = 8'000;
    constexpr std::uint64_t longest_stride = 512;
    const std::uint64_t now = now_ns();
    // Relaxed: a worker that learns of the window a moment late only leaves that moment out.
    const std::uint64_t window_begin = control_.window_begin_ns.load(std::memory_order_relaxed);
    const std::uint64_t gap = now - noted_ns_;
    // The clock was read first: the window may have begun since.
    if (window_begin != 0 && window_begin < now)
      longest_gap_ns_ = std::max(longest_gap_ns_, now - std::max(noted_ns_, window_begin));
    noted_ns_ = now;
    if (gap < often_ns) stride_ = std::min(2 * stride_, longest_stride);
    if (gap > seldom_ns) stride_ = std::max<std::uint64_t>(stride_ / 2, 1);
    return operations + stride_;
  }

  /// The longest time without a completed operation that was seen within the window: an upper bound, at most
  /// a few microseconds (or `stride` operations, where those take longer) above the truth.
  std::uint64_t longest_gap_ns() const noexcept { return longest_gap_ns_; }

 private:
  const RoundControl& control_;
  const unsigned id_;
  const unsigned count_;
  std::uint64_t stride_ = 1;
  std::uint64_t noted_ns_ = now_ns();
  std::uint64_t longest_gap_ns_ = 0;
  ContextSwitches switches_;
  alignas(2 * internal::cache_line_size) std::atomic<std::uint64_t> operations_{0};
  alignas(2 * internal::cache_line_size) Histogram waits_;
};

/// Counts a worker's operations in a register. Publishes them and looks at the stop flag at every sixteenth: even a load
/// of the flag would be felt at each, because an atomic instruction waits for it. The step is fixed, so that a worker
/// whose operations suddenly take long is still counted and still stops. Always inlined: a call, and a count that lives in
/// memory because of it, cost 2 to 3 ns per operation.
class Tally {
 public:
  explicit Tally(Worker& worker) : worker_(worker), note_at_(worker.note_progress(0)) {}
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  [[gnu::always_inline]] ~Tally() {
    worker_.publish(count_);
    worker_.note_progress(count_);
  }

  /// After an operation. False: the round is over. What is done until that is noticed lies outside the window.
  [[gnu::always_inline]] bool one() noexcept {
    constexpr std::uint64_t step = 16;
    if (++count_ % step != 0) [[likely]]
      return true;
    worker_.publish(count_);
    if (count_ >= note_at_) note_at_ = worker_.note_progress(count_);
    return worker_.running();
  }

 private:
  Worker& worker_;
  std::uint64_t count_ = 0;
  std::uint64_t note_at_;
};

/// How a workload marks its waits. A throughput round takes no time of them, so the clock costs it nothing.
struct NoProbe {
  template <class Wait>
  void timed(Wait wait) {
    wait();
  }
  std::uint64_t now() const { return 0; }
  void record_since(std::uint64_t /*begin*/) {}
};

/// A latency round takes the time of every wait; its throughput is not told.
class WaitProbe {
 public:
  explicit WaitProbe(Worker& worker) : waits_(worker.waits()) {}

  template <class Wait>
  void timed(Wait wait) {
    const std::uint64_t begin = now_ns();
    wait();
    record_since(begin);
  }

  // For a wait that one worker begins and another ends.
  std::uint64_t now() const { return now_ns(); }
  void record_since(std::uint64_t begin) { waits_.record(now_ns() - begin); }

 private:
  Histogram& waits_;
};

}  // namespace contend::workloads
