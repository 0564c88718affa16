#include <pthread.h>
#include <semaphore.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <system_error>

#include "benchmarks/registry.h"

namespace contend::benchmarks {
namespace {

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::system_category(), what);
}

timespec to_timespec(std::chrono::nanoseconds time) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {.tv_sec = whole.count(), .tv_nsec = (time - whole).count()};
}

template <int process_shared>
class PosixSemaphore {
 public:
  explicit PosixSemaphore(std::ptrdiff_t permits) {
    if (sem_init(&semaphore_, process_shared, static_cast<unsigned>(permits)) != 0) check(errno, "sem_init");
  }
  PosixSemaphore(const PosixSemaphore&) = delete;
  PosixSemaphore& operator=(const PosixSemaphore&) = delete;
  ~PosixSemaphore() { sem_destroy(&semaphore_); }

  void acquire() {
    while (sem_wait(&semaphore_) != 0) {
    }
  }
  bool try_acquire() { return sem_trywait(&semaphore_) == 0; }
  void release() { sem_post(&semaphore_); }

 private:
  sem_t semaphore_;
};

class PosixMonitor {
 public:
  static constexpr bool notifies_unlocked = true;

  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }
  template <class Predicate>
  void await(Predicate predicate) {
    while (!predicate()) pthread_cond_wait(&condition_, &mutex_);
  }
  void notify_one() { pthread_cond_signal(&condition_); }
  void notify_all() { pthread_cond_broadcast(&condition_); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
};

template <int process_shared>
class PosixBarrier {
 public:
  explicit PosixBarrier(std::ptrdiff_t parties) {
    pthread_barrierattr_t attributes;
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, process_shared);
    check(pthread_barrier_init(&barrier_, &attributes, static_cast<unsigned>(parties)),
          "pthread_barrier_init");
    pthread_barrierattr_destroy(&attributes);
  }
  PosixBarrier(const PosixBarrier&) = delete;
  PosixBarrier& operator=(const PosixBarrier&) = delete;
  ~PosixBarrier() { pthread_barrier_destroy(&barrier_); }

  void wait() { pthread_barrier_wait(&barrier_); }

 private:
  pthread_barrier_t barrier_;
};

/// What C has for objects with a value per thread. A value goes with its thread, that of the thread which
/// destroys the object with the object; those of other threads alive by then outlive it, as nothing runs for
/// a key that is deleted.
class PosixLocal {
 public:
  PosixLocal() {
    const auto destroy = [](void* value) { delete static_cast<std::uint64_t*>(value); };
    check(pthread_key_create(&key_, destroy), "pthread_key_create");
  }
  PosixLocal(const PosixLocal&) = delete;
  PosixLocal& operator=(const PosixLocal&) = delete;
  ~PosixLocal() {
    delete find();
    pthread_key_delete(key_);
  }

  std::uint64_t& get() {
    if (std::uint64_t* const value = find()) [[likely]]
      return *value;
    auto* const made = new std::uint64_t(0);
    check(pthread_setspecific(key_, made), "pthread_setspecific");
    return *made;
  }

 private:
  std::uint64_t* find() { return static_cast<std::uint64_t*>(pthread_getspecific(key_)); }

  pthread_key_t key_{};
};

class TimerFd {
 public:
  TimerFd() : descriptor_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
    if (descriptor_ < 0) check(errno, "timerfd_create");
  }
  TimerFd(const TimerFd&) = delete;
  TimerFd& operator=(const TimerFd&) = delete;
  ~TimerFd() { close(descriptor_); }

  std::uint64_t fire_after(std::chrono::nanoseconds interval) {
    arm(interval);
    std::uint64_t expirations = 0;
    while (read(descriptor_, &expirations, sizeof(expirations)) < 0) {
    }
    return workloads::now_ns();
  }
  void arm(std::chrono::nanoseconds interval) {
    const itimerspec when{.it_interval = {}, .it_value = to_timespec(interval)};
    if (timerfd_settime(descriptor_, 0, &when, nullptr) != 0) check(errno, "timerfd_settime");
  }
  void disarm() { arm(std::chrono::nanoseconds(0)); }

 private:
  int descriptor_;
};

/// The control: a thread that sleeps, and no timer at all.
struct Nanosleep {
  std::uint64_t fire_after(std::chrono::nanoseconds interval) {
    const timespec time = to_timespec(std::chrono::nanoseconds(workloads::now_ns()) + interval);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) != 0) {
    }
    return workloads::now_ns();
  }
};

class PosixThread {
 public:
  explicit PosixThread(void (*function)()) : function_(function) {
    check(pthread_create(&thread_, nullptr, &run, this), "pthread_create");
  }
  PosixThread(const PosixThread&) = delete;
  PosixThread& operator=(const PosixThread&) = delete;
  ~PosixThread() {
    if (!joined_) join();
  }
  void join() {
    check(pthread_join(thread_, nullptr), "pthread_join");
    joined_ = true;
  }

 private:
  static void* run(void* self) {
    static_cast<PosixThread*>(self)->function_();
    return nullptr;
  }

  void (*function_)();
  bool joined_ = false;
  pthread_t thread_{};
};

const SubjectFile file(SubjectFile::Kind::peer, "POSIX", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  constexpr auto full = workloads::Tier::full;
  registry.semaphore<PosixSemaphore<0>, PosixSemaphore<1>>({.name = "sem_t"});
  registry.condition<PosixMonitor>({.name = "pthread_cond_t", .tier = full});
  registry.barrier<PosixBarrier<PTHREAD_PROCESS_PRIVATE>, PosixBarrier<PTHREAD_PROCESS_SHARED>>(
      {.name = "pthread_barrier_t"});
  registry.local<PosixLocal>({.name = "pthread_getspecific"});
  registry.timer<TimerFd>({.name = "timerfd"});
  registry.timer<Nanosleep>({.name = "clock_nanosleep", .note = "a sleep, for comparison"});
  registry.thread<PosixThread>({.name = "pthread_t"});
});

}  // namespace
}  // namespace contend::benchmarks
