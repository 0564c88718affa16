#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

namespace contend::workloads {

/// A member of a team died, threw, or could not be started.
struct TeamError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// N workers that run the same body. Part of the instrument, so built from std::thread and fork and never
/// from the primitives that are measured.
class Team {
 public:
  using Body = std::function<void(unsigned id)>;

  virtual ~Team() = default;

  /// Starts `count` members; member i is bound to cpus[i modulo size], to none if `cpus` is empty.
  virtual void start(unsigned count, std::span<const int> cpus, Body body) = 0;

  /// CPU time that the members have used so far, in seconds.
  virtual double cpu_seconds() const = 0;

  /// Throws TeamError if a member has failed; cheap enough to be asked every few milliseconds.
  virtual void check() = 0;

  /// Waits until all members are done. Throws TeamError, after ending the others, if one of them failed.
  virtual void join() = 0;
};

enum class TeamKind { threads, processes };

std::string_view name_of(TeamKind kind);
std::unique_ptr<Team> make_team(TeamKind kind);

}  // namespace contend::workloads
