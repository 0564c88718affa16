#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace contend::internal {

/// A copy of its bytes is a copy of it, in another process too: no pointers, and nothing that is one at heart.
template <class R>
concept PlainResult =
    std::is_trivially_copyable_v<R> && std::is_default_constructible_v<R> && !std::is_pointer_v<R> &&
    !std::ranges::view<R>;

/// A std::string, a std::vector of plain values, and what is like them.
template <class R>
concept SequenceResult =
    std::ranges::contiguous_range<R> && !std::ranges::view<R> && requires(R & result, std::size_t size) {
  result.resize(size);
  requires PlainResult<typename R::value_type>;
};

template <class R>
concept MarshalledResult = PlainResult<R> || SequenceResult<R>;

/// How a result crosses over: as one word, and, where that is too small, by bytes in a room that both processes see.
/// Of a sequence the word is the length in bytes.
template <MarshalledResult R>
struct Marshalling;

template <PlainResult R>
struct Marshalling<R> {
  static constexpr bool fits_the_word = sizeof(R) <= sizeof(std::uint64_t);

  static constexpr std::size_t room(std::size_t /*max_result_bytes*/) {
    return fits_the_word ? 0 : sizeof(R);
  }
  static std::uint64_t write(const R& result, std::span<std::byte> room) {
    std::uint64_t word = 0;
    std::memcpy(fits_the_word ? static_cast<void*>(&word) : room.data(), &result, sizeof(R));
    return word;
  }
  static void read(std::uint64_t word, std::span<const std::byte> room, R& result) {
    std::memcpy(&result, fits_the_word ? static_cast<const void*>(&word) : room.data(), sizeof(R));
  }
};

template <SequenceResult R>
struct Marshalling<R> {
  using Value = typename R::value_type;

  static constexpr std::size_t room(std::size_t max_result_bytes) { return max_result_bytes; }

  static std::uint64_t write(const R& result, std::span<std::byte> room) {
    const auto bytes = std::as_bytes(std::span(result));
    if (bytes.size() > room.size()) {
      throw std::length_error("its result has " + std::to_string(bytes.size()) + " bytes, more than the " +
                              std::to_string(room.size()) +
                              " of ProcessPoolOptions::max_result_bytes; raise that, or return less");
    }
    if (!bytes.empty()) std::memcpy(room.data(), bytes.data(), bytes.size());
    return bytes.size();
  }
  static void read(std::uint64_t bytes, std::span<const std::byte> room, R& result) {
    result.resize(bytes / sizeof(Value));
    if (bytes != 0) std::memcpy(std::ranges::data(result), room.data(), bytes);
  }
};

}  // namespace contend::internal
