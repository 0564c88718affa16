#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/sync/throughput.h"

namespace contend::workloads {

/// Throughput of larger messages, of as many bytes as the queue's value_type has. The sender writes all of them.
template <class Q>
class Payload : public Throughput<Q> {
 public:
  static constexpr std::string_view name = "payload";

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const Sides sides : lone_and_crowded(worker_counts)) {
      for (const char* wait : waits_of<Q>()) {
        result.push_back(
            {sides.producers + sides.consumers,
             transfer_args(sides, usual_capacity, wait, {{"payload", std::to_string(sizeof(MessageOf<Q>))}}),
             Tier::full});
      }
    }
    return result;
  }

  using Throughput<Q>::Throughput;
};

}  // namespace contend::workloads
