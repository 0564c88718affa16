#pragma once

#include <utility>

namespace contend::testing {

/// Movable, and nothing else. Counts the living.
class Tracked {
 public:
  explicit Tracked(int value) noexcept : value_(value) { ++living; }
  Tracked(Tracked&& other) noexcept : value_(std::exchange(other.value_, -1)) { ++living; }
  Tracked& operator=(Tracked&&) = delete;
  ~Tracked() { --living; }

  int value() const { return value_; }

  inline static int living = 0;

 private:
  int value_;
};

}  // namespace contend::testing
