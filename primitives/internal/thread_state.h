#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "primitives/internal/deadline.h"
#include "primitives/internal/platform.h"
#include "primitives/lock.h"

namespace contend::internal {

/// What a Thread object and the thread itself have in common; it goes when both have gone.
///
/// | word     | meaning                                               | next                               |
/// |----------|-------------------------------------------------------|------------------------------------|
/// | created  | not started                                           | starting                           |
/// | starting | the system has been asked for a thread                | running; created where it has none |
/// | running  | native_id is known                                    | finished                           |
/// | finished | the function has returned, its thread_locals are gone |                                    |
class ThreadState : public std::enable_shared_from_this<ThreadState> {
 public:
  ThreadState(std::string name, bool daemon);
  virtual ~ThreadState();

  void start();
  /// False: not finished until the deadline.
  bool join(Deadline deadline);
  /// Nobody will join it any more.
  void detach();
  bool is_alive() const;
  pid_t native_id() const;
  std::string name() const;
  void set_name(std::string name);
  bool daemon() const { return daemon_; }
  std::stop_source& stop_source() { return stop_source_; }

  /// Of the calling thread; null where it is not a Thread.
  static ThreadState* current() noexcept;

 private:
  /// Calls the function, and destroys it together with its arguments.
  virtual void run() = 0;

  void main();
  void report_exception() noexcept;
  static void at_thread_end(void* state);
  static pthread_key_t end_key();

  ThreadPlatform::Word word_;
  const bool daemon_;
  pid_t native_id_ = 0;  // written before the word says running
  std::stop_source stop_source_;
  mutable Lock lock_;  // for what follows
  std::string name_;
  std::thread thread_;
  std::shared_ptr<ThreadState> alive_;  // itself, while the thread runs
};

}  // namespace contend::internal
