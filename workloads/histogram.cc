#include "workloads/histogram.h"

#include <algorithm>
#include <bit>

namespace contend::workloads {

std::size_t Histogram::bucket_of(std::uint64_t ns) noexcept {
  if (ns < sub_buckets) return ns;
  const int shift = std::bit_width(ns) - 1 - sub_bits;
  const std::uint64_t bucket =
      static_cast<std::uint64_t>(shift + 1) * sub_buckets + (ns >> shift) - sub_buckets;
  return std::min<std::uint64_t>(bucket, exponents * sub_buckets - 1);
}

double Histogram::middle_of(std::size_t bucket) noexcept {
  if (bucket < sub_buckets) return static_cast<double>(bucket);
  const std::uint64_t shift = bucket / sub_buckets - 1;
  const std::uint64_t low = (sub_buckets + bucket % sub_buckets) << shift;
  return static_cast<double>(low) + static_cast<double>((std::uint64_t{1} << shift) - 1) / 2;
}

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::optional<double> Histogram::quantile(double q, Weighting weighting) const {
  constexpr double samples_beyond = 10;
  if (static_cast<double>(count_) * (1 - q) < samples_beyond) return std::nullopt;
  auto weight = [&](std::size_t bucket) {
    const auto count = static_cast<double>(buckets_[bucket]);
    return weighting == Weighting::per_operation ? count : count * middle_of(bucket);
  };
  double total = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) total += weight(i);
  double seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += weight(i);
    if (buckets_[i] != 0 && seen >= q * total) return std::min(middle_of(i), static_cast<double>(max_));
  }
  return static_cast<double>(max_);
}

}  // namespace contend::workloads
