#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace contend::internal {

/// How a process ended: by a signal (not 0), or by itself with a code.
struct ExitStatus {
  int signal = 0;
  int code = 0;

  /// "was killed by signal 9 (Killed)", "exited with status 3".
  std::string text() const;
};

/// A forked process that runs one function. It cannot outlive this process: the kernel kills it when the
/// thread that forked it ends (PR_SET_PDEATHSIG), so that thread must live as long as the child is wanted.
/// Destroying the object kills and reaps the child; there is never a zombie beyond that. The end is seen
/// through a pidfd, so no SIGCHLD handler is installed and nobody else's children are reaped. Needs
/// Linux 5.4.
///
/// The function runs in a copy of a process that may have had other threads: it must not take a lock that one
/// of them may have held (those of glibc's malloc and stdio are put right by fork). It ignores SIGINT, since
/// Ctrl-C at a terminal is the parent's to answer, and leaves with _exit: no static destructors, no atexit,
/// no flush of stdio buffers that are copies of the parent's.
class ChildProcess {
 public:
  ChildProcess() = default;
  /// An exception that leaves `body` aborts the child. Throws std::system_error where the system refuses.
  explicit ChildProcess(const std::function<void()>& body);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  explicit operator bool() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  /// Readable (POLLIN) once the child has ended; -1, which poll() skips, without a child.
  int descriptor() const { return pidfd_; }

  void kill() const noexcept;
  /// Waits for the end and reaps. The object is then without a child.
  ExitStatus wait() noexcept;
  /// In a child that inherited it: closes the descriptor and forgets the process, which is a sibling.
  void disown() noexcept;

 private:
  pid_t pid_ = 0;
  int pidfd_ = -1;
};

}  // namespace contend::internal
