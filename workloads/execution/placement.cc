#include "workloads/execution/placement.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>

namespace contend::workloads {
namespace {

constexpr std::array<std::pair<std::string_view, Placement>, 4> names{{
    {"compact", Placement::compact},
    {"scatter", Placement::scatter},
    {"smt", Placement::smt},
    {"none", Placement::none},
}};

void check(int result, const char* what) {
  if (result != 0) throw std::system_error(errno, std::system_category(), std::string("hwloc: ") + what);
}

/// Where the kernel tells what hwloc's x86 component finds out by visiting each CPU; on a virtual machine each question
/// is a trap.
constexpr const char* kernels_topology = "/sys/devices/system/cpu/cpu0/topology";

/// Without caches, devices and memory.
int keep_what_seats_need(hwloc_topology_t topology) {
  int result = hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE);
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_PACKAGE, HWLOC_OBJ_CORE}) {
    if (result == 0) result = hwloc_topology_set_type_filter(topology, type, HWLOC_TYPE_FILTER_KEEP_ALL);
  }
  return result;
}

/// Where a CPU stands: which package, which core of that package, which hardware thread of that core.
struct Seat {
  int package;
  int core;
  int thread;
  int cpu;
};

std::vector<Seat> seats(hwloc_topology_t topology) {
  std::vector<Seat> result;
  auto index_of = [](hwloc_obj_t object) { return object ? static_cast<int>(object->logical_index) : 0; };
  hwloc_obj_t pu = nullptr;
  while ((pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu)) != nullptr) {
    const int package = index_of(hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, pu));
    const int core = index_of(hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, pu));
    const bool sibling = !result.empty() && result.back().package == package && result.back().core == core;
    result.push_back({package, core, sibling ? result.back().thread + 1 : 0, static_cast<int>(pu->os_index)});
  }
  // Cores counted within their package, so that `scatter` can alternate.
  for (auto seat = result.begin(); seat != result.end();) {
    const int package = seat->package;
    const int first_core = seat->core;
    for (; seat != result.end() && seat->package == package; ++seat) seat->core -= first_core;
  }
  return result;
}

}  // namespace

std::optional<Placement> placement_named(std::string_view name) {
  const auto* found = std::ranges::find(names, name, [](const auto& entry) { return entry.first; });
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

std::string_view name_of(Placement placement) {
  return std::ranges::find(names, placement, [](const auto& entry) { return entry.second; })->first;
}

const Topology& Topology::of_this_machine() {
  static const Topology machine = load();
  return machine;
}

Topology Topology::load() {
  hwloc_topology_t topology = nullptr;
  check(hwloc_topology_init(&topology), "topology_init");
  Topology result(topology);
  check(keep_what_seats_need(topology), "topology_set_type_filter");
  if (std::filesystem::exists(kernels_topology)) {
    check(hwloc_topology_set_components(topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86"),
          "topology_set_components");
  }
  check(hwloc_topology_load(topology), "topology_load");
  hwloc_bitmap_t mine = hwloc_bitmap_alloc();
  if (hwloc_get_cpubind(topology, mine, HWLOC_CPUBIND_PROCESS) == 0)
    hwloc_topology_restrict(topology, mine, 0);
  hwloc_bitmap_free(mine);
  return result;
}

Topology Topology::synthetic(const std::string& description) {
  hwloc_topology_t topology = nullptr;
  check(hwloc_topology_init(&topology), "topology_init");
  Topology result(topology);
  if (hwloc_topology_set_synthetic(topology, description.c_str()) != 0) {
    throw std::invalid_argument("not a topology in hwloc's synthetic notation: " + description);
  }
  check(hwloc_topology_load(topology), "topology_load");
  return result;
}

Topology::Topology(Topology&& other) noexcept : topology_(std::exchange(other.topology_, nullptr)) {}

Topology::~Topology() {
  if (topology_ != nullptr) hwloc_topology_destroy(topology_);
}

std::vector<int> Topology::cpus(Placement placement) const {
  if (placement == Placement::none) return {};
  std::vector<Seat> order = seats(topology_);
  auto rank = [placement](const Seat& seat) {
    switch (placement) {
      case Placement::scatter:
        return std::tuple(seat.thread, seat.core, seat.package);
      case Placement::smt:
        return std::tuple(seat.package, seat.core, seat.thread);
      default:
        return std::tuple(seat.thread, seat.package, seat.core);
    }
  };
  std::ranges::stable_sort(order, {}, rank);
  std::vector<int> result;
  for (const Seat& seat : order) result.push_back(seat.cpu);
  return result;
}

unsigned Topology::cpu_count() const {
  return static_cast<unsigned>(hwloc_get_nbobjs_by_type(topology_, HWLOC_OBJ_PU));
}

}  // namespace contend::workloads
