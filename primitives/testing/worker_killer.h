#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <random>
#include <thread>
#include <vector>

namespace contend::testing {

/// Kills workers of a process pool as long as it lives, one after each pause; now and then all of them at once.
class WorkerKiller {
 public:
  /// Between zero and twice `mean` from one to the next.
  template <class Pool>
  explicit WorkerKiller(const Pool& pool, std::chrono::microseconds mean = std::chrono::milliseconds(2))
      : thread_([&pool, mean](const std::stop_token& stop) {
          std::minstd_rand random(1);
          std::uniform_int_distribution<std::chrono::microseconds::rep> pause(0, 2 * mean.count());
          while (!stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::microseconds(pause(random)));
            const std::vector<pid_t> pids = pool.worker_pids();
            kill_some(pids, random() % pids.size(), random() % 8 == 0);
          }
        }) {}

 private:
  static void kill_some(const std::vector<pid_t>& pids, std::size_t chosen, bool all) {
    for (std::size_t worker = 0; worker < pids.size(); ++worker) {
      if (pids[worker] > 0 && (all || worker == chosen)) kill(pids[worker], SIGKILL);
    }
  }

  std::jthread thread_;
};

}  // namespace contend::testing
