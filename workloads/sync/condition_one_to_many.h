#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/leave_and_notify.h"

namespace contend::workloads {

/// One notifies many, one at a time: worker 0 gives work to the others, who all wait for it, and notifies one of them.
/// An operation, and a wait, is a piece of work: given, taken, and whoever took it waiting again. least_share tells
/// whether all get their turn: how often the one that got fewest had one, over its fair share.
template <Monitor M>
class ConditionOneToMany {
 public:
  using Subject = M;

  static constexpr std::string_view name = "condition_one_to_many";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const unsigned waiters : {2U, 4U, 16U, most_waiters})
      result.push_back({waiters + 1, {{"waiters", std::to_string(waiters)}}, Tier::full});
    return result;
  }

  explicit ConditionOneToMany(const Setup& setup) : waiters_(setup.args.count("waiters")) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    if (worker.id() == 0) {
      give(worker, probe);
    } else {
      taken_[worker.id() - 1] = take_all();
    }
  }

  bool counts(unsigned worker) const { return worker == 0; }

  void check(const RoundResult& result) const {
    if (in_all() != result.workers.front().in_all)
      throw CheckFailed(std::to_string(in_all()) + " pieces of work were taken, not as many as were given");
  }

  void add_details(const RoundResult& /*result*/, Details& details) const {
    const auto least = static_cast<double>(*std::ranges::min_element(taken()));
    details["least_share"] = least * waiters_ / static_cast<double>(in_all());
  }

 private:
  static constexpr unsigned most_waiters = 64;

  template <class Probe>
  void give(Worker& worker, Probe& probe) {
    Tally tally(worker);
    std::uint64_t come = waiters_;
    await_come(come);
    do {
      probe.timed([&] {
        work_.lock();
        has_work_ = true;
        leave_and_notify_one(work_);
        await_come(++come);
      });
    } while (tally.one());
    work_.lock();
    is_over_ = true;
    leave_and_notify_all(work_);
  }

  void await_come(std::uint64_t come) {
    coming_.lock();
    coming_.await([&] { return come_ == come; });
    coming_.unlock();
  }

  /// How many pieces it took.
  std::uint64_t take_all() {
    work_.lock();
    for (std::uint64_t taken = 0;; ++taken) {
      // With the work's lock held, so that nobody is given any before this one waits.
      coming_.lock();
      ++come_;
      leave_and_notify_one(coming_);
      work_.await([this] { return has_work_ || is_over_; });
      if (!has_work_) {
        work_.unlock();
        return taken;
      }
      has_work_ = false;
    }
  }

  std::span<const std::uint64_t> taken() const { return std::span(taken_).first(waiters_); }
  std::uint64_t in_all() const { return std::reduce(taken().begin(), taken().end()); }

  const unsigned waiters_;
  alignas(2 * internal::cache_line_size) M work_;
  bool has_work_ = false;
  bool is_over_ = false;
  alignas(2 * internal::cache_line_size) M coming_;
  std::uint64_t come_ = 0;
  alignas(2 * internal::cache_line_size) std::array<std::uint64_t, most_waiters> taken_{};
};

}  // namespace contend::workloads
