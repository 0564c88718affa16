#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace contend::internal {

/// Whether it helps to wait for more of what there is a little of: it does in a stream, and does not where
/// the others wait for an answer. Nobody can tell beforehand, so it goes by what came of the last wait, and
/// tries again now and then.
template <class P>
class LearnedWait {
 public:
  /// Where it has lately helped, calls wait(), which returns how many there are then; `now` is how many there
  /// are.
  template <class Wait>
  void await(std::size_t now, Wait wait) {
    // Relaxed, here and below: a wrong number costs time only.
    const std::uint32_t in_vain = in_vain_.load(std::memory_order_relaxed);
    const bool helped = in_vain % occasions_per_probe == 0 && wait() >= 2 * now;
    if (!helped) {
      in_vain_.store(in_vain + 1, std::memory_order_relaxed);
    } else if (in_vain != 0) {
      in_vain_.store(0, std::memory_order_relaxed);
    }
  }

 private:
  static constexpr std::uint32_t occasions_per_probe = 16;

  typename P::Word in_vain_{0};  // occasions in a row
};

}  // namespace contend::internal
