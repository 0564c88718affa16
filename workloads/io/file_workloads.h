#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>

#include "workloads/executor_workload.h"
#include "workloads/io/item_checksum.h"
#include "workloads/io/scratch_file.h"

// Items that wait for a file. An event loop cannot await them: for epoll a file is always ready.
namespace contend::workloads {

/// The argument `kib`, in pages. Throws std::invalid_argument.
inline std::size_t pages_of(const Args& args) {
  const double kib = args.number("kib");
  const auto pages = kib >= 4 && kib <= 4096 ? static_cast<std::size_t>(kib / 4) : 0;
  if (static_cast<double>(4 * pages) == kib) return pages;
  throw std::invalid_argument("kib is " + args.text("kib") + "; it must be a multiple of 4 up to 4096");
}

/// Reads one of 1,024 blocks of a file: from the page cache, or past it.
inline ExecutorWorkload file_read_workload() {
  constexpr std::uint64_t blocks = 1024;
  const auto make = [](const Args& args) {
    const std::size_t pages = pages_of(args);
    auto file = std::make_shared<const ScratchFile>(pages);
    for (std::uint64_t number = 0; number < blocks; ++number) file->write(number, block_of(number, pages));
    if (args.text("access") == "direct") {
      file->sync();
      file = std::make_shared<const ScratchFile>(file->direct());
    }
    const auto block_for = [](std::uint64_t id) { return item_checksum(id) % blocks; };
    return ItemSet{.item = [=](std::uint64_t id) { return checksum_of(file->read(block_for(id))); },
                   .oracle = [=](std::uint64_t id) { return checksum_of(block_of(block_for(id), pages)); }};
  };
  const auto batch_size = [](const Args&, std::chrono::nanoseconds round, unsigned workers) {
    return items_in_a_quarter(round, std::chrono::microseconds(50), workers, 256);
  };
  ArgSpec access{.name = "access", .values = {"cached"}};
  if (has_direct_reads()) access.values.emplace_back("direct");
  return {.name = "file_read",
          .args = {{.name = "kib", .values = {"4"}}, access},
          .make = make,
          .batch_size = batch_size,
          .tier = Tier::full};
}

/// Writes a block of its own and waits until the device has it. The result is of the block as it is read back.
inline ExecutorWorkload file_write_workload() {
  const auto make = [](const Args& args) {
    const std::size_t pages = pages_of(args);
    const auto file = std::make_shared<const ScratchFile>(pages);
    const auto item = [=](std::uint64_t id) {
      file->write(id, block_of(id, pages));
      file->sync();
      return checksum_of(file->read(id));
    };
    return ItemSet{.item = item,
                   .oracle = [=](std::uint64_t id) { return checksum_of(block_of(id, pages)); }};
  };
  const auto batch_size = [](const Args&, std::chrono::nanoseconds round, unsigned workers) {
    return items_in_a_quarter(round, std::chrono::milliseconds(2), workers, 64);
  };
  return {.name = "file_write",
          .args = {{.name = "kib", .values = {"4"}}},
          .make = make,
          .batch_size = batch_size,
          .tier = Tier::full};
}

}  // namespace contend::workloads
