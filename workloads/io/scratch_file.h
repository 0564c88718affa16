#pragma once

#include <cstdint>
#include <filesystem>

#include "workloads/io/blocks.h"
#include "workloads/io/file_descriptor.h"

namespace contend::workloads {

/// Where files are measured: TMPDIR, or /var/tmp, which unlike /tmp is seldom kept in memory.
std::filesystem::path scratch_directory();

/// A file without a name that is gone with its last descriptor, in blocks of so many pages. Forked processes share it;
/// any number of threads may use it.
///
/// Errors: std::system_error naming the directory and the block; a block that is read short is one too.
class ScratchFile {
 public:
  explicit ScratchFile(std::size_t pages_per_block);

  /// The same file past the page cache. Throws std::system_error where the file system has no O_DIRECT.
  ScratchFile direct() const;

  void write(std::uint64_t number, const Block& block) const;
  /// Returns when the file is on the device, as far as the device tells the truth.
  void sync() const;
  Block read(std::uint64_t number) const;

 private:
  ScratchFile(FileDescriptor file, std::size_t pages_per_block);

  FileDescriptor file_;
  std::size_t pages_;
};

/// Whether the file system of scratch_directory() reads past the page cache.
bool has_direct_reads();

}  // namespace contend::workloads
