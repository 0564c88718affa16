#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/leave_and_notify.h"

namespace contend::workloads {

/// Two workers take turns under one lock and one condition. An operation is a turn of each, and so is a wait. Each
/// adds one to a plain number, which must have grown by one since its own last turn.
template <Monitor M>
class ConditionPingPong {
 public:
  using Subject = M;

  static constexpr std::string_view name = "condition_ping_pong";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) { return {{2, {}}}; }

  explicit ConditionPingPong(const Setup& /*setup*/) {}

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    if (worker.id() == 0) {
      serve(worker, probe);
    } else {
      return_every_ball();
    }
  }

  bool counts(unsigned worker) const { return worker == 0; }

  void check(const RoundResult& result) const {
    if (wrong_ != 0) throw CheckFailed(std::to_string(wrong_) + " turns were taken out of turn");
    if (ball_ != 2 * result.workers.front().in_all)
      throw CheckFailed("the turns were not taken one after the other");
  }

 private:
  enum class Turn { server, returner, nobody };

  template <class Probe>
  void serve(Worker& worker, Probe& probe) {
    Tally tally(worker);
    std::uint64_t seen = 0;
    do {
      probe.timed([&] {
        monitor_.lock();
        ++ball_;
        turn_ = Turn::returner;
        leave_and_notify_one(monitor_);
        monitor_.lock();
        monitor_.await([this] { return turn_ == Turn::server; });
      });
      seen += 2;
      if (ball_ != seen) ++wrong_;
      monitor_.unlock();
    } while (tally.one());
    monitor_.lock();
    turn_ = Turn::nobody;
    leave_and_notify_one(monitor_);
  }

  void return_every_ball() {
    monitor_.lock();
    while (true) {
      monitor_.await([this] { return turn_ != Turn::server; });
      if (turn_ == Turn::nobody) break;
      ++ball_;
      turn_ = Turn::server;
      leave_and_notify_one(monitor_);
      monitor_.lock();
    }
    monitor_.unlock();
  }

  alignas(2 * internal::cache_line_size) M monitor_;
  Turn turn_ = Turn::server;
  std::uint64_t ball_ = 0;
  std::uint64_t wrong_ = 0;
};

}  // namespace contend::workloads
