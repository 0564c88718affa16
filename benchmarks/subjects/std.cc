#include <pthread.h>

#include <mutex>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

/// A pthread mutex that processes may share, which std::mutex may not.
class SharedPthreadMutex {
 public:
  SharedPthreadMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  SharedPthreadMutex(const SharedPthreadMutex&) = delete;
  SharedPthreadMutex& operator=(const SharedPthreadMutex&) = delete;
  ~SharedPthreadMutex() { pthread_mutex_destroy(&mutex_); }

  void lock() { pthread_mutex_lock(&mutex_); }
  bool try_lock() { return pthread_mutex_trylock(&mutex_) == 0; }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_;
};

const SubjectFile file(SubjectFile::Kind::peer, "std", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<std::mutex, SharedPthreadMutex>(
      {.name = "std::mutex", .note = "between processes: the pthread mutex under it, made process-shared"});
});

}  // namespace
}  // namespace contend::benchmarks
