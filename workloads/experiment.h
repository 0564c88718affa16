#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory_resource>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workloads/execution/round.h"
#include "workloads/worker.h"

namespace contend::workloads {

/// A named argument of a case, as it stands in the case's name.
struct Arg {
  std::string name;
  std::string value;
};

/// The arguments of one case, in the order in which the name tells them.
class Args {
 public:
  Args() = default;
  Args(std::initializer_list<Arg> args) : args_(args) {}
  explicit Args(std::vector<Arg> args) : args_(std::move(args)) {}

  /// Throws std::out_of_range naming an argument that is not there.
  const std::string& text(std::string_view name) const {
    for (const Arg& arg : args_) {
      if (arg.name == name) return arg.value;
    }
    throw std::out_of_range("the case has no argument " + std::string(name));
  }
  double number(std::string_view name) const { return std::stod(text(name)); }
  unsigned count(std::string_view name) const { return static_cast<unsigned>(std::stoul(text(name))); }

  auto begin() const { return args_.begin(); }
  auto end() const { return args_.end(); }

 private:
  std::vector<Arg> args_;
};

/// How much time a run has: quick is a glance at the machine in minutes, full is everything.
enum class Tier { quick, full };

/// How many workers a case has, and its arguments.
struct Shape {
  unsigned workers;
  Args args;
  Tier tier = Tier::quick;  // the smallest run that measures it
  unsigned sharing = 0;     // how many of the workers use the same subject; 0: all
  bool one_cpu = false;     // all workers share one CPU, wherever the run puts others
};

/// What an experiment is told about the run that it is part of.
struct Setup {
  Args args;
  double unit_ns;                     // length of one work unit
  std::pmr::memory_resource* memory;  // for what all workers must reach
  double saturated_per_s = 0;         // what the throughput round came to; 0 in that round
  unsigned workers = 1;
};

/// A failed check: the subject did not do its work, so its figure is worth nothing.
struct CheckFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Figures that only one workload has, by the name of their counter.
using Details = std::map<std::string, double>;

/// What is measured, where a round's window is mostly something else.
struct OwnTime {
  std::uint64_t operations;
  double seconds;
};

/// One subject in one workload: the state that the workers share, and what each of them does with it. This is
/// where types are erased, once for every worker's whole run. Made by ExperimentOf::make, ended by destroy().
class Experiment {
 public:
  enum class Mode { throughput, latency };

  virtual void run(Worker& worker, Mode mode) = 0;

  /// Whether this worker's operations are the ones that count (a consumer's, where every message has a
  /// producer too).
  virtual bool counts(unsigned worker) const = 0;

  /// After the round. Throws CheckFailed where the subject lost, repeated or reordered something.
  virtual void check(const RoundResult& result) const = 0;

  /// After a round that has passed its check: what the workload has to tell beside the usual figures.
  virtual void add_details(const RoundResult& result, Details& details) const = 0;

  /// After the round: instead of the operations counted and the length of the window.
  virtual std::optional<OwnTime> own_time() const = 0;

  /// Ends an experiment and gives its memory back to where it came from.
  virtual void destroy() = 0;

 protected:
  ~Experiment() = default;
};

/// A subject that does nothing, says so by a constant `null`: it has nothing to protect and nothing to be
/// checked, and what is measured is the harness alone.
template <class Subject>
inline constexpr bool is_null = requires {
  requires Subject::null;
};

/// A workload that is not for every subject says so by a constant `fits` that is false.
template <class Workload>
inline constexpr bool fits = [] {
  if constexpr (requires { Workload::fits; }) return Workload::fits;
  return true;
}();

template <class Workload>
class ExperimentOf final : public Experiment {
 public:
  static Experiment* make(const Setup& setup) {
    return std::pmr::polymorphic_allocator<>(setup.memory).new_object<ExperimentOf>(setup);
  }

  explicit ExperimentOf(const Setup& setup) : memory_(setup.memory), workload_(setup) {}

  void run(Worker& worker, Mode mode) override {
    if (mode == Mode::throughput) return workload_.run(worker, NoProbe{});
    if constexpr (Workload::has_waits) workload_.run(worker, WaitProbe(worker));
  }
  bool counts(unsigned worker) const override { return workload_.counts(worker); }
  void check(const RoundResult& result) const override {
    if constexpr (!is_null<typename Workload::Subject>) workload_.check(result);
  }
  void add_details(const RoundResult& result, Details& details) const override {
    if constexpr (requires { workload_.add_details(result, details); })
      workload_.add_details(result, details);
  }
  std::optional<OwnTime> own_time() const override {
    if constexpr (requires { workload_.own_time(); }) return workload_.own_time();
    return std::nullopt;
  }
  void destroy() override { std::pmr::polymorphic_allocator<>(memory_).delete_object(this); }

 private:
  std::pmr::memory_resource* const memory_;
  Workload workload_;
};

}  // namespace contend::workloads
