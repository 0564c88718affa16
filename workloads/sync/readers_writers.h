#pragma once

#include <atomic>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/choices.h"
#include "workloads/sync/lock_checks.h"
#include "workloads/work_units.h"

namespace contend::workloads {

/// Some operations read what the lock protects, the others write it; both take `cs_ns`. A reader-writer lock lets
/// readers in together; any other lock takes part with its only form, to show from which read share on the dearer lock
/// pays; `shared_form` tells which it is. A writer changes two words, which a reader must find alike.
template <class L>
class ReadersWriters {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "readers_writers";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : worker_counts) {
      result.push_back({workers, {{"read_percent", "99"}, {"cs_ns", "0"}}, Tier::full});
      for (const char* percent : {"50", "90", "99"}) {
        const bool mostly_read = workers == 2 && std::string_view(percent) == "99";
        const Tier tier = mostly_read ? Tier::quick : Tier::full;
        if (workers > 1) result.push_back({workers, {{"read_percent", percent}, {"cs_ns", "200"}}, tier});
      }
    }
    return result;
  }

  static Tier tier_between_processes(const Args& /*args*/) { return Tier::full; }

  explicit ReadersWriters(const Setup& setup)
      : inside_(units_for(setup.args.number("cs_ns"), setup.unit_ns)),
        read_share_(setup.args.number("read_percent") / 100) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Handle<L> lock(lock_);
    Choices reads(worker.id(), std::bernoulli_distribution(read_share_));
    Tally tally(worker);
    Seen seen{.value = worker.id() + 1};
    do {
      if (reads.next() != 0) {
        read(lock, probe, seen);
      } else {
        write(lock, probe, seen);
      }
    } while (tally.one());
    writes_ += seen.writes;
    torn_ += seen.torn;
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& /*result*/) const {
    if (torn_ != 0) {
      throw CheckFailed("the lock let readers in beside a writer: " + std::to_string(torn_) +
                        " of them saw half of a change");
    }
    check_entered(first_, writes_);
    check_entered(second_, writes_);
  }

  void add_details(const RoundResult& /*result*/, Details& details) const {
    details["shared_form"] = SharedLockable<std::remove_reference_t<Handle<L>>> ? 1 : 0;
  }

 private:
  struct Seen {
    std::uint64_t value;  // of the work
    std::uint64_t writes = 0;
    std::uint64_t torn = 0;
  };

  template <class H, class Probe>
  void read(H& lock, Probe& probe, Seen& seen) {
    probe.timed([&] {
      if constexpr (SharedLockable<H>) {
        lock.lock_shared();
      } else {
        lock.lock();
      }
    });
    const std::uint64_t first = first_;
    seen.value = do_work(inside_, seen.value);
    std::atomic_signal_fence(
        std::memory_order_seq_cst);  // keeps the compiler from reading both words at once
    if (second_ != first) ++seen.torn;
    if constexpr (SharedLockable<H>) {
      lock.unlock_shared();
    } else {
      lock.unlock();
    }
  }

  template <class H, class Probe>
  void write(H& lock, Probe& probe, Seen& seen) {
    probe.timed([&] { lock.lock(); });
    const std::uint64_t before = first_;
    first_ = before + 1;
    seen.value = do_work(inside_, seen.value);
    second_ = before + 1;
    lock.unlock();
    ++seen.writes;
  }

  alignas(2 * internal::cache_line_size) L lock_;
  alignas(2 * internal::cache_line_size) std::uint64_t first_ = 0;
  alignas(2 * internal::cache_line_size) std::uint64_t second_ = 0;
  alignas(2 * internal::cache_line_size) const std::uint64_t inside_;
  const double read_share_;
  // Added to once by every worker, when it is done.
  std::atomic<std::uint64_t> writes_{0};
  std::atomic<std::uint64_t> torn_{0};
};

}  // namespace contend::workloads
