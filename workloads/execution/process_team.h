#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "workloads/execution/shared_memory.h"
#include "workloads/execution/team.h"

namespace contend::workloads {

/// Members are forked processes: what they share with each other and with this process must lie in memory
/// that was mapped shared beforehand. They die with this process, and they leave without running its
/// destructors.
class ProcessTeam final : public Team {
 public:
  ~ProcessTeam() override;

  void start(unsigned count, std::span<const int> cpus, Body body) override;
  double cpu_seconds() const override;
  void check() override;
  void join() override;

 private:
  struct Member {
    unsigned id;
    pid_t pid;
    int pidfd;
  };
  struct Complaint {
    char text[256];
  };

  [[noreturn]] void be_member(unsigned id, int cpu, const Body& body, pid_t parent);
  bool reap(const Member& member, int flags);
  void end_all() noexcept;

  std::vector<Member> members_;
  SharedMemory complaints_{max_members * sizeof(Complaint)};

  static constexpr std::size_t max_members = 4096;
};

}  // namespace contend::workloads
