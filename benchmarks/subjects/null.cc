#include <atomic>
#include <cstdint>
#include <optional>

#include "benchmarks/registry.h"

// Subjects that do nothing: what is left is the harness.
namespace contend::benchmarks {
namespace {

struct NullLock {
  static constexpr bool null = true;

  void lock() noexcept {}
  bool try_lock() noexcept { return true; }
  void unlock() noexcept {}
};

/// Takes everything, and gives increasing numbers; then the last message it was given, all ones, for ever.
class NullQueue {
 public:
  static constexpr bool null = true;
  using value_type = std::uint64_t;

  explicit NullQueue(std::size_t /*capacity*/) {}

  bool try_push(std::uint64_t value) noexcept {
    // Relaxed: the flag carries no data.
    if (value == last) ended_.store(true, std::memory_order_relaxed);
    return true;
  }
  std::optional<std::uint64_t> try_pop() noexcept {
    return ended_.load(std::memory_order_relaxed) ? last : ++popped_;
  }

 private:
  static constexpr std::uint64_t last = ~std::uint64_t{0};

  alignas(64) std::atomic<bool> ended_{false};
  alignas(64) std::uint64_t popped_ = 0;
};

const SubjectFile file(SubjectFile::Kind::own, "null", "", [](Registry& registry) {
  registry.lock<NullLock>({.name = "null", .most_workers = 1});
  registry.queue<NullQueue>({.name = "null", .most_workers = 2});
});

}  // namespace
}  // namespace contend::benchmarks
