#pragma once

#include <sys/types.h>

#include <functional>

namespace contend::workloads {

/// A forked process that runs one function and does not outlive the thread that forked it. Part of the instrument,
/// so not the one that ProcessPool stands on.
///
/// Guarantees: the kernel kills the child when that thread ends, however it ends (PR_SET_PDEATHSIG); the
/// destructor kills and reaps it. The child leaves by _exit: 0 when `body` returned, 1 when an exception left it, which
/// is printed to stderr; the parent's destructors and exit handlers do not run in it. A copy of the object in some
/// other forked process does nothing.
///
/// Not for: a thread that ends before the child should; a `body` that starts threads where the parent already
/// had some.
class ChildProcess {
 public:
  explicit ChildProcess(const std::function<void()>& body);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  /// Waits for the child to end by itself. True: it left with status 0.
  bool wait();

 private:
  pid_t parent_;
  pid_t pid_;
};

}  // namespace contend::workloads
