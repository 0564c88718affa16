#pragma once

#include <chrono>

namespace contend::testing {

/// Ends what a test does over and over for good measure. Where others want all CPUs, each hand-over of threads that stay awake
/// takes a time slice of everybody else's, and the whole of it could take an hour.
class Patience {
 public:
  explicit Patience(std::chrono::seconds length = std::chrono::seconds(10))
      : end_(std::chrono::steady_clock::now() + length) {}

  bool is_over() const { return std::chrono::steady_clock::now() > end_; }

 private:
  std::chrono::steady_clock::time_point end_;
};

}  // namespace contend::testing
