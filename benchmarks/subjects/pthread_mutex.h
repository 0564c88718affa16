#pragma once

#include <pthread.h>
#include <time.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace contend::benchmarks {

/// A pthread mutex with attributes that std::mutex does not set: `configure` gets them before the mutex is made.
template <auto configure>
class PthreadMutex {
 public:
  PthreadMutex() {
    pthread_mutexattr_t attributes;
    expect(pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
    expect(configure(&attributes), "setting an attribute of a pthread mutex");
    const int made = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    expect(made, "pthread_mutex_init");
  }
  PthreadMutex(const PthreadMutex&) = delete;
  PthreadMutex& operator=(const PthreadMutex&) = delete;
  ~PthreadMutex() { pthread_mutex_destroy(&mutex_); }

  void lock() { pthread_mutex_lock(&mutex_); }
  bool try_lock() { return pthread_mutex_trylock(&mutex_) == 0; }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  static void expect(int error, const char* doing) {
    if (error != 0) throw std::system_error(error, std::system_category(), doing);
  }

  pthread_mutex_t mutex_;
};

inline int share_between_processes(pthread_mutexattr_t* attributes) {
  return pthread_mutexattr_setpshared(attributes, PTHREAD_PROCESS_SHARED);
}

}  // namespace contend::benchmarks
