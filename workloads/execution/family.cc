#include "workloads/execution/family.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace contend::workloads {
namespace {

namespace fs = std::filesystem;

/// The number after "name:" in a file of such lines; 0 if it is not there, or the process is gone.
class Figures {
 public:
  explicit Figures(const fs::path& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines_.push_back(std::move(line));
  }
  std::int64_t operator[](const std::string& name) const {
    const auto line =
        std::ranges::find_if(lines_, [&](const std::string& one) { return one.starts_with(name + ':'); });
    return line == lines_.end() ? 0 : std::stoll(line->substr(name.size() + 1));
  }

 private:
  std::vector<std::string> lines_;
};

fs::path of(pid_t process) { return fs::path("/proc") / std::to_string(process); }

ContextSwitches switches_of(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return {static_cast<std::uint64_t>(usage.ru_nvcsw), static_cast<std::uint64_t>(usage.ru_nivcsw)};
}

ContextSwitches switches_of_living(pid_t process) {
  ContextSwitches total;
  std::error_code ignored;
  for (const auto& thread : fs::directory_iterator(of(process) / "task", ignored)) {
    const Figures status(thread.path() / "status");
    total += {static_cast<std::uint64_t>(status["voluntary_ctxt_switches"]),
              static_cast<std::uint64_t>(status["nonvoluntary_ctxt_switches"])};
  }
  return total;
}

MemoryInUse memory_of(pid_t process) {
  const Figures rollup(of(process) / "smaps_rollup");
  return {.resident = rollup["Rss"] * 1024, .proportional = rollup["Pss"] * 1024};
}

}  // namespace

std::vector<pid_t> living_children(std::span<const pid_t> except) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& thread : fs::directory_iterator("/proc/self/task", ignored)) {
    std::ifstream children(thread.path() / "children");
    for (pid_t child = 0; children >> child;) {
      if (std::ranges::find(except, child) == except.end()) found.push_back(child);
    }
  }
  return found;
}

ContextSwitches family_switches(std::span<const pid_t> except) {
  ContextSwitches total = switches_of(RUSAGE_SELF);
  total += switches_of(RUSAGE_CHILDREN);
  for (const pid_t child : living_children(except)) total += switches_of_living(child);
  return total;
}

MemoryInUse family_memory(std::span<const pid_t> except) {
  MemoryInUse total = memory_of(getpid());
  for (const pid_t child : living_children(except)) {
    const MemoryInUse its = memory_of(child);
    total.resident += its.resident;
    total.proportional += its.proportional;
  }
  return total;
}

}  // namespace contend::workloads
