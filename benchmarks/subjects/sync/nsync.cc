#include <nsync.h>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

using namespace nsync;  // where the headers put themselves in C++

class NsyncLock {
 public:
  NsyncLock() { nsync_mu_init(&mutex_); }
  void lock() { nsync_mu_lock(&mutex_); }
  void unlock() { nsync_mu_unlock(&mutex_); }

 protected:
  nsync_mu mutex_;
};

class NsyncCondition : public NsyncLock {
 public:
  static constexpr bool notifies_unlocked = false;

  NsyncCondition() { nsync_cv_init(&condition_); }
  template <class Predicate>
  void await(Predicate predicate) {
    while (!predicate()) nsync_cv_wait(&condition_, &mutex_);
  }
  void notify_one() { nsync_cv_signal(&condition_); }
  void notify_all() { nsync_cv_broadcast(&condition_); }

 private:
  nsync_cv condition_;
};

/// For one use, so clear() makes another.
class NsyncNote {
 public:
  NsyncNote() : note_(make()) {}
  NsyncNote(const NsyncNote&) = delete;
  NsyncNote& operator=(const NsyncNote&) = delete;
  ~NsyncNote() { nsync_note_free(note_); }

  void set() { nsync_note_notify(note_); }
  void wait() { nsync_note_wait(note_, nsync_time_no_deadline); }
  bool is_set() const { return nsync_note_is_notified(note_) != 0; }
  void clear() {
    nsync_note_free(note_);
    note_ = make();
  }

 private:
  static nsync_note make() { return nsync_note_new(nullptr, nsync_time_no_deadline); }

  nsync_note note_;
};

const SubjectFile file(SubjectFile::Kind::peer, "nsync", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  constexpr auto full = workloads::Tier::full;
  registry.condition<NsyncCondition>({.name = "nsync_cv", .tier = full});
  registry.event<NsyncNote>(
      {.name = "nsync_note", .note = "for one use: cleared by making another", .tier = full});
});

}  // namespace
}  // namespace contend::benchmarks
