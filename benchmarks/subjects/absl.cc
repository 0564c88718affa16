#include <absl/synchronization/mutex.h>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

class AbslMutex {
 public:
  void lock() { mutex_.Lock(); }
  bool try_lock() { return mutex_.TryLock(); }
  void unlock() { mutex_.Unlock(); }
  void lock_shared() { mutex_.ReaderLock(); }
  bool try_lock_shared() { return mutex_.ReaderTryLock(); }
  void unlock_shared() { mutex_.ReaderUnlock(); }

 private:
  absl::Mutex mutex_;
};

/// Debian's build looks for potential deadlocks at every acquisition unless it is told not to. The switch is
/// process-wide; this makes it part of the subject.
class AbslMutexWithoutDetector : public AbslMutex {
 public:
  AbslMutexWithoutDetector() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }
};

class AbslMutexAsPackaged : public AbslMutex {
 public:
  AbslMutexAsPackaged() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kAbort); }
};

const SubjectFile file(SubjectFile::Kind::peer, "Abseil", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<AbslMutexWithoutDetector>(
      {.name = "absl::Mutex", .note = "deadlock detector switched off: at its best"});
  registry.lock<AbslMutexAsPackaged>({.name = "absl::Mutex(packaged)",
                                      .note = "deadlock detector on, as the package has it",
                                      .most_workers_in_quick = 1});
});

}  // namespace
}  // namespace contend::benchmarks
