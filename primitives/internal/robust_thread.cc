#include "primitives/internal/robust_thread.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <system_error>

#include "primitives/internal/errors.h"

namespace contend::internal {
namespace {

using Entry = robust_list;

/// Entries of the C library's priority-inheritance mutexes are marked by the lowest bit of the pointer to
/// them.
Entry* without_mark(Entry* entry) {
  return reinterpret_cast<Entry*>(reinterpret_cast<std::uintptr_t>(entry) & ~std::uintptr_t{1});
}

/// The link back lies directly before the entry.
Entry*& previous_of(Entry* entry) { return *(reinterpret_cast<Entry**>(entry) - 1); }

}  // namespace

thread_local constinit RobustThread RobustThread::current_;

void RobustThread::add(Futex& futex) noexcept {
  Entry* const entry = entry_of(futex);
  Entry* const first = head_->list.next;
  entry->next = first;
  previous_of(entry) = &head_->list;
  if (without_mark(first) != &head_->list) previous_of(without_mark(first)) = entry;
  set(head_->list.next, entry);
}

void RobustThread::remove(Futex& futex) noexcept {
  Entry* const entry = entry_of(futex);
  Entry* const next = entry->next;
  Entry* const previous = previous_of(entry);
  if (without_mark(next) != &head_->list) previous_of(without_mark(next)) = previous;
  set(previous->next, next);
}

void RobustThread::enlist() {
  std::size_t size = 0;
  if (syscall(SYS_get_robust_list, 0, &head_, &size) != 0) {
    throw std::system_error(errno, std::system_category(), "get_robust_list");
  }
  if (head_ == nullptr || head_->futex_offset != -Futex::distance) {
    throw_misuse(std::errc::not_supported,
                 "RobustLock: the C library keeps no list of robust futexes, or one of another layout");
  }
  // In a forked process the thread has another id. Its list is empty there: what its parent held it does not
  // hold.
  static const int registered = pthread_atfork(nullptr, nullptr, [] { current_.id_ = 0; });
  if (registered != 0) throw std::system_error(registered, std::system_category(), "pthread_atfork");
  id_ = static_cast<std::uint32_t>(syscall(SYS_gettid));
}

}  // namespace contend::internal
