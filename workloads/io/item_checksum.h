#pragma once

#include <cstdint>

namespace contend::workloads {

/// What an I/O item answers: a function of its id alone that nobody guesses. The finaliser of SplitMix64.
constexpr std::uint64_t item_checksum(std::uint64_t id) {
  std::uint64_t x = id + 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace contend::workloads
