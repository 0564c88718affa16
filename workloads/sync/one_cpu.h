#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "workloads/sync/ping_pong.h"
#include "workloads/sync/throughput.h"

namespace contend::workloads {

/// Both sides on one CPU: what a hand-over costs where the other side can only run when this one stops.
template <class Q>
class OneCpuThroughput : public Throughput<Q> {
 public:
  static constexpr std::string_view name = "one_cpu_throughput";

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const char* wait : waits_of<Q>()) {
      result.push_back(
          {2, transfer_args({1, 1}, usual_capacity, wait), Tier::full, /*sharing=*/2, /*one_cpu=*/true});
    }
    return result;
  }

  using Throughput<Q>::Throughput;
};

/// A round trip on one CPU: two switches between the workers.
template <class Q>
class OneCpuPingPong : public PingPong<Q> {
 public:
  static constexpr std::string_view name = "one_cpu_ping_pong";

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result = PingPong<Q>::shapes(worker_counts);
    for (Shape& shape : result) {
      shape.tier = Tier::full;
      shape.one_cpu = true;
    }
    return result;
  }

  using PingPong<Q>::PingPong;
};

}  // namespace contend::workloads
