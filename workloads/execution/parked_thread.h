#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace contend::workloads {

/// A thread that sleeps for as long as this object lives. Every process that measures keeps one: the C
/// library leaves atomics out while a process has a single thread, which no program with contention ever has.
class ParkedThread {
 public:
  ParkedThread()
      : thread_([](const std::stop_token& stop) {
          std::mutex mutex;
          std::unique_lock lock(mutex);
          std::condition_variable_any().wait(lock, stop, [] { return false; });
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace contend::workloads
