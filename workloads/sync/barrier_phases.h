#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"

namespace contend::workloads {

/// All workers go from phase to phase with no work between. An operation is a phase of all of them. Each worker notes
/// the phase that it is in before it waits; now and then it looks after a wait whether its neighbour has come as far.
template <CyclicBarrier B>
class BarrierPhases {
 public:
  using Subject = B;

  static constexpr std::string_view name = "barrier_phases";
  static constexpr bool has_waits = false;

  /// However many CPUs there are: with more workers a barrier is another thing, and 64 are more than most have.
  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const unsigned workers : {2U, 4U, 8U, 16U, 32U, most_workers})
      result.push_back({workers, {}, workers == 2 ? Tier::quick : Tier::full});
    return result;
  }

  explicit BarrierPhases(const Setup& setup) : barrier_(static_cast<std::ptrdiff_t>(setup.workers)) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    Handle<B> barrier(barrier_);
    if (worker.id() == 0) {
      lead(worker, barrier);
    } else {
      follow(worker, barrier);
    }
  }

  bool counts(unsigned worker) const { return worker == 0; }

  void check(const RoundResult& /*result*/) const {
    if (mixed_) throw CheckFailed("the phases were mixed: one went on before another had come");
  }

 private:
  static constexpr unsigned most_workers = 64;
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  struct alignas(2 * internal::cache_line_size) Place {
    std::atomic<std::uint64_t> phase{0};
  };

  /// Says when it is over: in good time, so that all hear of it at the same phase.
  template <class H>
  void lead(Worker& worker, H& barrier) {
    Tally tally(worker);
    std::uint64_t phase = 1;
    for (; tally.one(); ++phase) pass(worker, barrier, phase);
    // Relaxed: the barrier publishes it.
    last_phase_.store(phase, std::memory_order_relaxed);
    pass(worker, barrier, phase);
  }

  template <class H>
  void follow(Worker& worker, H& barrier) {
    std::uint64_t phase = 1;
    do {
      pass(worker, barrier, phase);
      // Relaxed: read after the barrier that it was written before.
    } while (last_phase_.load(std::memory_order_relaxed) > phase++);
  }

  template <class H>
  void pass(const Worker& worker, H& barrier, std::uint64_t phase) {
    constexpr std::uint64_t look_every = 16;
    // Relaxed, here and below: the barrier is what orders them.
    places_[worker.id()].phase.store(phase, std::memory_order_relaxed);
    barrier.wait();
    if (phase % look_every != 0) return;
    const auto& neighbour = places_[(worker.id() + 1) % worker.count()];
    if (neighbour.phase.load(std::memory_order_relaxed) < phase) mixed_.store(true);
  }

  alignas(2 * internal::cache_line_size) B barrier_;
  alignas(2 * internal::cache_line_size) std::atomic<std::uint64_t> last_phase_{never};
  std::atomic<bool> mixed_{false};
  std::array<Place, most_workers> places_;
};

}  // namespace contend::workloads
