#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "primitives/internal/platform.h"

// The part of ThreadLocal that does not depend on the type of its values.
namespace contend::internal {

/// Part of a ring. Alone in it to begin with.
struct Link {
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void insert_before(Link& other) noexcept;
  void unlink() noexcept;
  bool is_alone() const noexcept { return next == this; }
  std::size_t count_others() const noexcept;

  Link* previous = this;
  Link* next = this;
};
struct LinkInObject : Link {};
struct LinkInThread : Link {};

class LocalStorage;

/// A value of one object in one thread. It hangs in two rings, that of the object's values and that of the
/// thread's; whoever takes it out of them, under the lock of all rings, destroys it.
struct LocalValue : LinkInObject, LinkInThread {
  virtual ~LocalValue() = default;

  LocalStorage* storage = nullptr;
};

/// A thread's values by the index of their object. Owners are never equal, but indices are used again, so a
/// slot may name an object that has gone, and then the value too.
struct LocalSlot {
  std::uint64_t owner;
  LocalValue* value;
};

/// Constant-initialised and never destroyed, so that an access is a plain one, also while the thread ends.
struct LocalTable {
  LocalSlot* slots;
  std::size_t size;
  LinkInThread* values;  // on the heap, because it may outlive the thread's memory, if a value does
};
inline constinit thread_local LocalTable local_table{nullptr, 0, nullptr};

/// The values of one object.
class LocalStorage {
 public:
  LocalStorage();
  LocalStorage(const LocalStorage&) = delete;
  LocalStorage& operator=(const LocalStorage&) = delete;
  /// Destroys the values of all threads; waits for threads that are just ending and destroying theirs.
  ~LocalStorage();

  /// The calling thread's; null if there is none.
  LocalValue* find() const noexcept {
    const LocalTable& table = local_table;
    if (index_ >= table.size || table.slots[index_].owner != owner_) [[unlikely]]
      return nullptr;
    return table.slots[index_].value;
  }

  /// Makes it the calling thread's, which has none.
  void attach(std::unique_ptr<LocalValue> value);
  /// Destroys the calling thread's, if there is one.
  void reset();

  /// At the end of the thread.
  static void destroy_values_of_thread(void*) noexcept;

 private:
  static void destroy_a_round(LinkInThread& values) noexcept;

  const std::uint64_t owner_;
  const std::size_t index_;
  LinkInObject values_;
  ThreadPlatform::Word leaving_{0};  // values that ending threads have taken out and not yet destroyed
};

}  // namespace contend::internal
