#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace contend::workloads {

/// What one worker will choose, drawn before its first operation, so that its loop only reads a table of 8 KiB.
/// The same for the same worker in every round; starts again when it is used up.
class Choices {
 public:
  template <class Distribution>
  Choices(unsigned worker, Distribution distribution) : drawn_(length) {
    std::mt19937 engine(worker + 1);
    for (std::uint16_t& choice : drawn_) choice = static_cast<std::uint16_t>(distribution(engine));
  }

  std::size_t next() noexcept { return drawn_[position_++ % length]; }

 private:
  static constexpr std::size_t length = 4096;

  std::vector<std::uint16_t> drawn_;
  std::size_t position_ = 0;
};

/// Zipf's law over 0 to count - 1: the k-th is chosen 1/k^exponent as often as the first.
inline std::discrete_distribution<unsigned> zipf(unsigned count, double exponent) {
  std::vector<double> weights;
  for (unsigned rank = 1; rank <= count; ++rank) weights.push_back(std::pow(rank, -exponent));
  return {weights.begin(), weights.end()};
}

}  // namespace contend::workloads
