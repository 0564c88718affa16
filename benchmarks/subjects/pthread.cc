#include <pthread.h>

#include "benchmarks/registry.h"
#include "benchmarks/subjects/pthread_mutex.h"

// The C library's locks that the standard library has no name for.
namespace contend::benchmarks {
namespace {

using workloads::Tier;

int spin_before_sleeping(pthread_mutexattr_t* attributes) {
  return pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
}

int inherit_priority(pthread_mutexattr_t* attributes) {
  return pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_INHERIT);
}

int survive_its_owner(pthread_mutexattr_t* attributes) {
  return pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
}

int survive_a_process(pthread_mutexattr_t* attributes) {
  const int error = survive_its_owner(attributes);
  return error != 0 ? error : share_between_processes(attributes);
}

template <int sharing>
class PthreadSpinLock {
 public:
  PthreadSpinLock() { pthread_spin_init(&lock_, sharing); }
  PthreadSpinLock(const PthreadSpinLock&) = delete;
  PthreadSpinLock& operator=(const PthreadSpinLock&) = delete;
  ~PthreadSpinLock() { pthread_spin_destroy(&lock_); }

  void lock() { pthread_spin_lock(&lock_); }
  bool try_lock() { return pthread_spin_trylock(&lock_) == 0; }
  void unlock() { pthread_spin_unlock(&lock_); }

 private:
  pthread_spinlock_t lock_;
};

const SubjectFile file(SubjectFile::Kind::peer, "pthread", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<PthreadSpinLock<PTHREAD_PROCESS_PRIVATE>, PthreadSpinLock<PTHREAD_PROCESS_SHARED>>(
      {.name = "pthread_spin", .tier = Tier::full});
  registry.lock<PthreadMutex<spin_before_sleeping>>(
      {.name = "pthread_mutex(adaptive)", .note = "spins before it sleeps", .tier = Tier::full});
  registry.lock<PthreadMutex<inherit_priority>>({.name = "pthread_mutex(PI)",
                                                 .note = "priority inheritance: handed over in the kernel",
                                                 .tier = Tier::full});
  registry.lock<PthreadMutex<survive_its_owner>, PthreadMutex<survive_a_process>>(
      {.name = "pthread_mutex(robust)", .note = "told of an owner that died", .tier = Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
