#include "workloads/io/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "primitives/baton.h"

namespace contend::workloads {
namespace {

/// A transfer of a whole block, or std::system_error.
void check_whole(ssize_t moved, const Block& block, std::uint64_t number, const char* doing) {
  const std::size_t bytes = block.size() * sizeof(Page);
  if (moved == static_cast<ssize_t>(bytes)) return;
  throw std::system_error(moved < 0 ? errno : EIO, std::system_category(),
                          std::string(doing) + " block " + std::to_string(number) + " of a scratch file");
}

FileDescriptor nameless_file(const std::filesystem::path& directory) {
  std::string name = (directory / "contend-XXXXXX").string();
  FileDescriptor file(checked(mkostemp(name.data(), O_CLOEXEC), "making a file in " + directory.string()));
  unlink(name.c_str());
  return file;
}

}  // namespace

std::filesystem::path scratch_directory() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
}

ScratchFile::ScratchFile(std::size_t pages_per_block)
    : ScratchFile(nameless_file(scratch_directory()), pages_per_block) {}

ScratchFile::ScratchFile(FileDescriptor file, std::size_t pages_per_block)
    : file_(std::move(file)), pages_(pages_per_block) {}

ScratchFile ScratchFile::direct() const {
  const std::string path = "/proc/self/fd/" + std::to_string(file_.get());
  const int file = open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC);
  return {FileDescriptor(checked(file, "opening a file with O_DIRECT in " + scratch_directory().string())),
          pages_};
}

void ScratchFile::write(std::uint64_t number, const Block& block) const {
  const std::size_t bytes = block.size() * sizeof(Page);
  const ssize_t written =
      blocking([&] { return pwrite(file_.get(), block.data(), bytes, static_cast<off_t>(number * bytes)); });
  check_whole(written, block, number, "writing");
}

void ScratchFile::sync() const {
  checked(blocking([&] { return fsync(file_.get()); }), "syncing a scratch file");
}

Block ScratchFile::read(std::uint64_t number) const {
  Block block(pages_);
  const std::size_t bytes = block.size() * sizeof(Page);
  const ssize_t got =
      blocking([&] { return pread(file_.get(), block.data(), bytes, static_cast<off_t>(number * bytes)); });
  check_whole(got, block, number, "reading");
  return block;
}

bool has_direct_reads() {
  static const bool has = [] {
    try {
      const ScratchFile file(1);
      file.write(0, block_of(0, 1));
      return checksum_of(file.direct().read(0)) == checksum_of(block_of(0, 1));
    } catch (const std::system_error&) {
      return false;
    }
  }();
  return has;
}

}  // namespace contend::workloads
