#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "workloads/execution/team.h"

namespace contend::workloads {

/// Members are threads of this process.
class ThreadTeam final : public Team {
 public:
  ~ThreadTeam() override;

  void start(unsigned count, std::span<const int> cpus, Body body) override;
  double cpu_seconds() const override;
  void check() override;
  void join() override;

 private:
  void fail(unsigned id, const std::string& why);

  std::vector<std::thread> threads_;
  std::atomic<bool> failed_{false};
  std::string failure_;  // written once, before failed_ is set
  std::atomic<bool> failing_{false};
};

}  // namespace contend::workloads
