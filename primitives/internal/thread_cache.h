#pragma once

#include <array>
#include <cstddef>
#include <memory>

namespace contend::internal {

/// Objects that a thread keeps for its next need of one. Taken in one thread, an object may be given back in
/// another, and lives on where its thread has ended meanwhile. Works until the very end of a thread, in the
/// destructors of other thread-local and of static objects too.
template <class T>
class ThreadCache {
 public:
  static std::unique_ptr<T> take() {
    if (kept_.count == 0) return std::make_unique<T>();
    return std::unique_ptr<T>(kept_.objects[--kept_.count]);
  }

  static void give(std::unique_ptr<T> object) noexcept {
    if (!kept_.is_watched) watch();
    if (!kept_.is_over && kept_.count < most_kept) kept_.objects[kept_.count++] = object.release();
  }

 private:
  static constexpr std::size_t most_kept = 16;

  struct Kept {
    std::array<T*, most_kept> objects{};
    std::size_t count = 0;
    bool is_watched = false;
    bool is_over = false;
  };

  struct AtThreadEnd {
    ~AtThreadEnd() {
      kept_.is_over = true;
      while (kept_.count != 0) delete kept_.objects[--kept_.count];
    }
  };

  [[gnu::noinline]] static void watch() noexcept {
    thread_local const AtThreadEnd at_thread_end;
    static_cast<void>(at_thread_end);
    kept_.is_watched = true;
  }

  // Trivially destructible, so that it may be used when the thread's other objects are gone.
  static thread_local constinit inline Kept kept_{};
};

}  // namespace contend::internal
