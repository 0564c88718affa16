#include <absl/base/call_once.h>
#include <absl/synchronization/barrier.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>

#include <array>
#include <cstddef>
#include <optional>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

/// Debian's build looks for potential deadlocks unless it is told not to; here it is at its best.
class AbslLock {
 public:
  AbslLock() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }
  void lock() { mutex_.Lock(); }
  void unlock() { mutex_.Unlock(); }

 protected:
  absl::Mutex mutex_;
};

class AbslCondVar : public AbslLock {
 public:
  static constexpr bool notifies_unlocked = false;

  template <class Predicate>
  void await(Predicate predicate) {
    while (!predicate()) condition_.Wait(&mutex_);
  }
  void notify_one() { condition_.Signal(); }
  void notify_all() { condition_.SignalAll(); }

 private:
  absl::CondVar condition_;
};

/// Waits for the predicate itself: an unlock looks whose has come true, so there is nothing to notify.
class AbslAwait : public AbslLock {
 public:
  static constexpr bool notifies_unlocked = false;

  template <class Predicate>
  void await(Predicate predicate) {
    mutex_.Await(absl::Condition(&predicate));
  }
  void notify_one() {}
  void notify_all() {}
};

/// For one use, so clear() makes another.
class AbslNotification {
 public:
  void set() { notification_->Notify(); }
  void wait() { notification_->WaitForNotification(); }
  bool is_set() const { return notification_->HasBeenNotified(); }
  void clear() { notification_.emplace(); }

 private:
  std::optional<absl::Notification> notification_{std::in_place};
};

/// For one use: two take turns, and the last to leave one makes it anew before it comes to the other.
class AbslBarrier {
 public:
  explicit AbslBarrier(std::ptrdiff_t parties) : parties_(static_cast<int>(parties)) {
    for (auto& barrier : barriers_) barrier.emplace(parties_);
  }

  class Handle {
   public:
    explicit Handle(AbslBarrier& barrier) : all_(barrier) {}
    void wait() {
      auto& mine = all_.barriers_[phase_++ % 2];
      if (mine->Block()) mine.emplace(all_.parties_);
    }

   private:
    AbslBarrier& all_;
    unsigned phase_ = 0;
  };

 private:
  const int parties_;
  std::array<std::optional<absl::Barrier>, 2> barriers_;
};

class AbslOnce {
 public:
  template <class F>
  void call(F function) {
    absl::call_once(flag_, function);
  }

 private:
  absl::once_flag flag_;
};

const SubjectFile file(SubjectFile::Kind::peer, "Abseil", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  constexpr auto full = workloads::Tier::full;
  registry.event<AbslNotification>(
      {.name = "absl::Notification", .note = "for one use: cleared by making another"});
  registry.condition<AbslAwait>(
      {.name = "absl::Mutex::Await", .note = "no notification: the unlock looks for it"});
  registry.condition<AbslCondVar>({.name = "absl::CondVar", .tier = full});
  registry.barrier<AbslBarrier>(
      {.name = "absl::Barrier", .note = "for one use: two take turns", .tier = full});
  registry.once<AbslOnce>({.name = "absl::call_once"});
});

}  // namespace
}  // namespace contend::benchmarks
