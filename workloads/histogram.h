#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace contend::workloads {

/// Whose view a percentile takes.
enum class Weighting {
  per_operation,  // every recorded value counts once
  per_time,       // every value counts as often as it is long: what an arrival at a random moment runs into
};

/// Counts nanoseconds in log-linear buckets: 32 to every power of two, so a value is off by at most 3 %.
/// Trivially destructible and without pointers: it lives in shared memory as well.
class Histogram {
 public:
  void record(std::uint64_t ns) noexcept {
    ++buckets_[bucket_of(ns)];
    ++count_;
    if (ns > max_) max_ = ns;
  }

  void merge(const Histogram& other) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t max() const noexcept { return max_; }

  /// The value at quantile 0 < q < 1, or nothing where fewer than ten recorded values lie beyond it: a
  /// percentile that the sample does not support is not told.
  std::optional<double> quantile(double q, Weighting weighting) const;

 private:
  static constexpr int sub_bits = 5;
  static constexpr std::uint64_t sub_buckets = 1U << sub_bits;
  static constexpr int exponents =
      40;  // up to 2^44 ns, which is 4.9 hours; what is longer lands in the last one

  static std::size_t bucket_of(std::uint64_t ns) noexcept;
  static double middle_of(std::size_t bucket) noexcept;

  std::array<std::uint64_t, exponents * sub_buckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace contend::workloads
