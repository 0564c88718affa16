#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace contend::workloads {

/// What is asked of a delay server: "answer for `id`, `delay_us` from now". On the wire, 12 bytes in the
/// host's byte order, because both ends are on one machine; the answer is the 8 bytes of item_checksum(id).
struct DelayRequest {
  std::uint64_t id;
  std::uint32_t delay_us;

  static constexpr std::chrono::microseconds longest = std::chrono::minutes(1);

  using Bytes = std::array<std::byte, sizeof(id) + sizeof(delay_us)>;

  Bytes encode() const {
    Bytes bytes;
    std::memcpy(bytes.data(), &id, sizeof id);
    std::memcpy(bytes.data() + sizeof id, &delay_us, sizeof delay_us);
    return bytes;
  }

  static DelayRequest decode(const Bytes& bytes) {
    DelayRequest request;
    std::memcpy(&request.id, bytes.data(), sizeof id);
    std::memcpy(&request.delay_us, bytes.data() + sizeof id, sizeof delay_us);
    return request;
  }
};

}  // namespace contend::workloads
