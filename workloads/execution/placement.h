#pragma once

#include <hwloc.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contend::workloads {

/// In which order workers are bound to CPUs.
enum class Placement {
  compact,  // a core each, neighbours first: fills a package before the next; hardware siblings come last
  scatter,  // a core each, alternating between packages; hardware siblings come last
  smt,      // both hardware threads of a core, then the next core
  none,     // not bound: the scheduler decides
};

/// Nothing for a word that is no placement.
std::optional<Placement> placement_named(std::string_view name);
std::string_view name_of(Placement placement);

/// The machine as hwloc sees it.
class Topology {
 public:
  /// This machine, without the CPUs that this process's affinity mask left out when this was first asked for: looking
  /// takes milliseconds, and is done once.
  static const Topology& of_this_machine();

  /// A made-up machine in hwloc's notation, as "pack:2 core:4 pu:2".
  static Topology synthetic(const std::string& description);

  Topology(Topology&& other) noexcept;
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;
  ~Topology();

  /// The CPUs (the operating system's numbers) in the order in which workers get them; worker i gets element
  /// i modulo the size. Empty for Placement::none.
  std::vector<int> cpus(Placement placement) const;

  unsigned cpu_count() const;

 private:
  explicit Topology(hwloc_topology_t topology) : topology_(topology) {}

  static Topology load();

  hwloc_topology_t topology_;
};

}  // namespace contend::workloads
