#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "primitives/testing/threads.h"

// A kernel that refuses a system call.
namespace contend::testing {

constexpr int no_seccomp = 77;

/// From now on the call fails with that error, in this thread and all that it starts. False: this kernel or container
/// has no seccomp filters.
inline bool refuse_call(long number, int error) {
  std::array filter = {
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// Runs `work` in a process where that call is refused. Its exit code is what `work` returned, or `no_seccomp`.
template <class Work>
int exit_code_without(long number, int error, Work work) {
  return reap(start_process([&] { return refuse_call(number, error) ? work() : no_seccomp; }));
}

}  // namespace contend::testing
