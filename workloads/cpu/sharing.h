#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>

#include "primitives/internal/cache_line.h"
#include "workloads/cpu/kernel.h"
#include "workloads/execution/shared_memory.h"
#include "workloads/io/item_checksum.h"

namespace contend::workloads {

/// Workers that write into the same memory, a counter a step. `layout` padded: each item has a counter on lines of its
/// own; false: items share lines and no counters (false sharing); one: all of them share one atomic counter. What the
/// counters hold does not matter to the result.
inline KernelSpec sharing_kernel() {
  using Counter = std::atomic<std::uint64_t>;
  const auto make = [](const Args& args) -> Kernel {
    constexpr std::size_t items = 64;
    constexpr std::size_t far = 2 * internal::cache_line_size / sizeof(Counter);
    const std::string& layout = args.text("layout");
    if (layout != "padded" && layout != "false" && layout != "one") {
      throw std::invalid_argument("layout is '" + layout + "'; it must be padded, false or one");
    }
    const std::size_t distance = layout == "padded" ? far : layout == "false" ? 1 : 0;
    const auto memory = std::make_shared<SharedMemory>(items * far * sizeof(Counter));
    return [memory, distance](std::uint64_t id, std::uint64_t steps) {
      Counter& counter = static_cast<Counter*>(memory->data())[(id % items) * distance];
      // Relaxed: nobody reads what the counters say.
      for (std::uint64_t step = 0; step < steps; ++step) counter.fetch_add(1, std::memory_order_relaxed);
      return item_checksum(id);
    };
  };
  return {
      .name = "sharing", .args = {{.name = "layout", .values = {"padded", "false", "one"}}}, .make = make};
}

}  // namespace contend::workloads
