#pragma once

#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "primitives/internal/child_process.h"

namespace contend::internal {

/// Keeps a fixed number of worker processes alive, from a thread of its own that sleeps until one dies. All
/// of them are forked by that thread, so the kernel's "kill me when my parent thread ends" means the end of
/// this object or of the whole process, and never that of a user's short-lived thread.
class WorkerSupervisor {
 public:
  struct Duties {
    /// The whole life of a worker process. Must not throw; the process leaves when it returns.
    std::function<void(unsigned worker)> work;
    /// The worker is dead and reaped, and not yet replaced. Says whether it had come as far as starting its
    /// work.
    std::function<bool(unsigned worker, ExitStatus how)> died;
    /// No worker is alive, and max_failed_starts attempts in a row gave none. There will be no more.
    std::function<void()> gave_up;
  };

  /// Workers that died before they had started, and failed forks while none was alive, without one that
  /// started.
  static constexpr unsigned max_failed_starts = 100;

  /// Returns when all are forked. The duties are called in the supervisor's thread, with all signals blocked;
  /// a worker has the signal mask of the constructor's caller. Throws std::system_error if one cannot be
  /// forked.
  WorkerSupervisor(unsigned workers, Duties duties);
  WorkerSupervisor(const WorkerSupervisor&) = delete;
  WorkerSupervisor& operator=(const WorkerSupervisor&) = delete;
  /// Kills (SIGKILL) and reaps all workers.
  ~WorkerSupervisor();

  /// 0 where a worker has died and the next one is not there yet.
  std::vector<pid_t> pids() const;
  std::uint64_t deaths() const { return deaths_.load(); }
  bool has_given_up() const { return gave_up_.load(); }

 private:
  void supervise(std::promise<void> started) noexcept;
  void fork_all(std::promise<void>& started) noexcept;
  void watch();
  bool wait_for_an_event(std::vector<unsigned>& dead) const;
  void bury(unsigned worker);
  void fork_missing();
  ChildProcess fork_worker(unsigned worker);
  void kill_all();
  unsigned alive() const;

  const Duties duties_;
  std::vector<ChildProcess> children_;  // of the supervisor's thread
  std::unique_ptr<std::atomic<pid_t>[]> pids_;
  unsigned failed_starts_ = 0;  // in a row
  std::atomic<std::uint64_t> deaths_{0};
  std::atomic<bool> gave_up_{false};
  sigset_t callers_signals_{};
  int stop_event_;
  std::thread thread_;
};

}  // namespace contend::internal
