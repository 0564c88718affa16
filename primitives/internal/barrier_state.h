#pragma once

#include <cstdint>

namespace contend::internal {

/// What a barrier decides upon in one atomic step. Rounds wrap around after 2^31.
struct BarrierState {
  enum class Health : std::uint8_t { sound, broken, resetting };

  static constexpr std::int64_t most_arrivals = std::int64_t{1} << 30;
  static constexpr std::uint64_t one_arrival = 1;

  std::uint32_t round;
  Health health = Health::sound;
  std::uint32_t arrived = 0;

  /// | bits     | holds   |
  /// |----------|---------|
  /// | 33 to 63 | round   |
  /// | 31 to 32 | health  |
  /// | 0 to 30  | arrived |
  static constexpr BarrierState of(std::uint64_t packed) noexcept {
    return {static_cast<std::uint32_t>(packed >> 33), static_cast<Health>((packed >> 31) & 3),
            static_cast<std::uint32_t>(packed & ((std::uint64_t{1} << 31) - 1))};
  }
  constexpr std::uint64_t packed() const noexcept {
    return std::uint64_t{round} << 33 | static_cast<std::uint64_t>(health) << 31 | arrived;
  }

  static constexpr std::uint32_t after(std::uint32_t round) noexcept { return (round + 1) & (~0U >> 1); }
  static constexpr std::uint32_t before(std::uint32_t round) noexcept { return (round - 1) & (~0U >> 1); }
};

}  // namespace contend::internal
