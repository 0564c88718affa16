#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>

namespace contend::workloads {

/// How the gaps of an open loop are distributed, for one and the same mean.
enum class Arrivals {
  poisson,   // exponentially: nobody knows of the others
  periodic,  // all the same
  on_off,  // Poisson at four times the mean rate for 64 messages, then nothing until the mean is right again
};

/// When the messages of an open loop are due: a stream of a given mean rate. The gaps come from one table with a
/// fixed seed that is gone through again and again, so the due time of any message is known to both sides without a
/// word between them. Without pointers: it lives in shared memory as well.
class SendSchedule {
 public:
  /// Rate 0: everything is due at once.
  explicit SendSchedule(double per_second, Arrivals arrivals = Arrivals::poisson)
      : interval_ns_(per_second > 0 ? 1e9 / per_second : 0) {
    std::mt19937_64 random(1);
    std::exponential_distribution<double> gap;
    for (double& sum : sums_) sum = arrivals == Arrivals::periodic ? 1 : gap(random);
    if (arrivals == Arrivals::on_off) {
      for (std::size_t i = burst; i < gaps; i += burst) sums_[i] += 3.0 * burst;
    }
    std::partial_sum(sums_.begin(), sums_.end(), sums_.begin());
    const double scale = static_cast<double>(gaps) / sums_.back();
    for (double& sum : sums_) sum *= scale;
  }

  /// Nanoseconds from the start of the loop until message 0, 1, 2, ... is due.
  std::uint64_t due_ns(std::uint64_t message) const {
    const auto whole = static_cast<double>(message / gaps * gaps);
    return static_cast<std::uint64_t>(interval_ns_ * (whole + sums_[message % gaps]));
  }

 private:
  static constexpr std::size_t gaps = 1024;
  static constexpr std::size_t burst = 64;

  const double interval_ns_;
  std::array<double, gaps> sums_;  // of gaps, in intervals
};

}  // namespace contend::workloads
