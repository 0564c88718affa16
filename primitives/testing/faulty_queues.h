#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "primitives/mpmc_ring.h"

// Queues that go wrong at every 100th item. The checks of this folder must say so.
namespace contend::testing {

/// A correct ring, and whose turn it is to go wrong.
class FaultyRing : public MpmcRing<std::uint64_t> {
 public:
  using MpmcRing::MpmcRing;

 protected:
  bool is_time() { return ++calls_ % 100 == 0; }

 private:
  std::atomic<std::uint64_t> calls_ = 0;
};

class LosingRing : public FaultyRing {
 public:
  using FaultyRing::FaultyRing;
  bool try_push(std::uint64_t item) { return is_time() || MpmcRing::try_push(std::move(item)); }
};

class RepeatingRing : public FaultyRing {
 public:
  using FaultyRing::FaultyRing;
  bool try_push(std::uint64_t item) {
    if (!MpmcRing::try_push(std::uint64_t{item})) return false;
    if (is_time()) MpmcRing::push(std::move(item));
    return true;
  }
};

/// Has one producer: an item is held back until the next has gone in.
class ReorderingRing : public FaultyRing {
 public:
  using FaultyRing::FaultyRing;
  bool try_push(std::uint64_t item) {
    if (held_) {
      if (!MpmcRing::try_push(std::move(item))) return false;
      return MpmcRing::push(*std::exchange(held_, std::nullopt));
    }
    // Not the hundredth itself, which may be the last.
    if (!is_time()) return MpmcRing::try_push(std::move(item));
    held_ = item;
    return true;
  }

 private:
  std::optional<std::uint64_t> held_;
};

}  // namespace contend::testing
