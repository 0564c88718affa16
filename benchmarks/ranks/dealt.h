#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "workloads/experiment.h"

namespace contend::benchmarks {

/// Who has which item of a batch: rank r of n has the indices r, r + n, r + 2n, ..., so that items which get longer with
/// their index are shared out evenly.
struct Dealt {
  std::size_t ranks;
  std::size_t items;

  std::size_t count_of(std::size_t rank) const { return items / ranks + (rank < items % ranks ? 1 : 0); }
  std::size_t index(std::size_t rank, std::size_t nth) const { return rank + nth * ranks; }
};

/// What a rank sends back for an item.
struct DoneItem {
  std::uint64_t index;
  std::uint64_t result;
};

/// results[index] = result for each; every index must come exactly once, or it is CheckFailed, naming the index.
inline void put_in_place(std::span<const DoneItem> done, std::span<std::uint64_t> results) {
  const auto fail = [](std::uint64_t index, const std::string& what) {
    throw workloads::CheckFailed("item " + std::to_string(index) + " of a batch " + what);
  };
  std::vector<bool> seen(results.size());
  for (const DoneItem& item : done) {
    if (item.index >= results.size()) fail(item.index, "came back, which has no such item");
    if (seen[item.index]) fail(item.index, "came back twice");
    seen[item.index] = true;
    results[item.index] = item.result;
  }
  for (std::size_t index = 0; index < seen.size(); ++index) {
    if (!seen[index]) fail(index, "did not come back");
  }
}

}  // namespace contend::benchmarks
