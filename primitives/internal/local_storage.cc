#include "primitives/internal/local_storage.h"

#include <cxxabi.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include "primitives/internal/futex_lock.h"

extern "C" {
extern void* __dso_handle __attribute__((visibility("hidden")));  // NOLINT: the linker's name
}

namespace contend::internal {
namespace {

// For all links of all rings, and the free indices. One that is never destroyed: threads may end after main.
constinit FutexLock<ThreadPlatform> rings;

/// Never destroyed: objects may go at any time, also after main.
std::vector<std::size_t>& free_indices() {
  static auto& indices = *new std::vector<std::size_t>;
  return indices;
}

std::uint64_t next_owner() {
  static constinit std::atomic<std::uint64_t> last{0};  // 0 is nobody
  return ++last;
}

std::size_t take_index() {
  static constinit std::size_t used = 0;
  const std::scoped_lock guard(rings);
  if (free_indices().empty()) {
    // Room for all of them, so that giving one back never has to allocate.
    free_indices().reserve(used + 1);
    return used++;
  }
  const std::size_t index = free_indices().back();
  free_indices().pop_back();
  return index;
}

void make_room(LocalTable& table, std::size_t index) {
  if (index < table.size) return;
  const std::size_t size = std::max(index + 1, 2 * table.size);
  auto* const slots = new LocalSlot[size]();
  std::copy_n(table.slots, table.size, slots);
  delete[] std::exchange(table.slots, slots);
  table.size = size;
}

/// Unlike a thread_local's, this destructor can be asked for again after it has run, for values that are made
/// while the thread ends.
void destroy_at_thread_end(LocalTable& table) {
  if (table.values != nullptr) return;
  auto values = std::make_unique<LinkInThread>();
  if (abi::__cxa_thread_atexit(LocalStorage::destroy_values_of_thread, nullptr, &__dso_handle) != 0) {
    throw std::bad_alloc();
  }
  table.values = values.release();
}

void take_out(LocalValue& value) noexcept {
  value.LinkInObject::unlink();
  value.LinkInThread::unlink();
}

}  // namespace

void Link::insert_before(Link& other) noexcept {
  previous = other.previous;
  next = &other;
  previous->next = this;
  other.previous = this;
}

void Link::unlink() noexcept {
  previous->next = next;
  next->previous = previous;
  previous = next = this;
}

std::size_t Link::count_others() const noexcept {
  std::size_t count = 0;
  for (const Link* link = next; link != this; link = link->next) ++count;
  return count;
}

LocalStorage::LocalStorage() : owner_(next_owner()), index_(take_index()) {}

LocalStorage::~LocalStorage() {
  std::unique_lock guard(rings);
  while (!values_.is_alone()) {
    auto& value = static_cast<LocalValue&>(static_cast<LinkInObject&>(*values_.next));
    take_out(value);
    guard.unlock();
    delete &value;
    guard.lock();
  }
  guard.unlock();
  for (auto count = leaving_.load(); count != 0; count = leaving_.load())
    ThreadPlatform::wait(leaving_, count);
  guard.lock();
  free_indices().push_back(index_);
}

void LocalStorage::attach(std::unique_ptr<LocalValue> value) {
  LocalTable& table = local_table;
  make_room(table, index_);
  destroy_at_thread_end(table);
  value->storage = this;
  {
    const std::scoped_lock guard(rings);
    value->LinkInObject::insert_before(values_);
    value->LinkInThread::insert_before(*table.values);
  }
  table.slots[index_] = {owner_, value.release()};
}

void LocalStorage::reset() {
  const std::unique_ptr<LocalValue> value(find());
  if (!value) return;
  const std::scoped_lock guard(rings);
  take_out(*value);
  local_table.slots[index_] = {};
}

void LocalStorage::destroy_values_of_thread(void*) noexcept {
  // Destructors may make new values. As with POSIX thread-specific data, there is an end to that.
  constexpr int rounds = 4;
  LinkInThread* const values = local_table.values;
  for (int round = 0; round < rounds; ++round) destroy_a_round(*values);
  {
    // What is left belongs to its objects alone.
    const std::scoped_lock guard(rings);
    while (!values->is_alone()) values->next->unlink();
  }
  delete values;
  delete[] local_table.slots;
  local_table = {};
}

/// As many as there are now, whatever is added meanwhile.
void LocalStorage::destroy_a_round(LinkInThread& values) noexcept {
  std::unique_lock guard(rings);
  for (std::size_t left = values.count_others(); left > 0 && !values.is_alone(); --left) {
    auto& value = static_cast<LocalValue&>(static_cast<LinkInThread&>(*values.next));
    LocalStorage& storage = *value.storage;
    take_out(value);
    storage.leaving_.fetch_add(1);
    guard.unlock();
    local_table.slots[storage.index_] = {};
    delete &value;
    // The object may be gone as soon as it sees that nobody is leaving; the wake only names its address.
    storage.leaving_.fetch_sub(1);
    ThreadPlatform::wake(storage.leaving_, std::numeric_limits<int>::max());
    guard.lock();
  }
}

}  // namespace contend::internal
