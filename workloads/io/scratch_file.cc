#include "workloads/io/scratch_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "primitives/baton.h"

namespace contend::workloads {
namespace {

[[noreturn]] void fail(int error, const std::string& doing) {
  throw std::system_error(error, std::system_category(),
                          doing + " a scratch file in " + scratch_directory().string());
}

[[noreturn]] void fail(int error, const std::string& doing, std::uint64_t number) {
  fail(error, doing + " block " + std::to_string(number) + " of");
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
  constexpr auto doing = "opening with O_DIRECT";
  struct statfs system {};
  if (fstatfs(file_.get(), &system) < 0) fail(errno, doing);
  // Newer kernels' tmpfs takes the flag, and reads from the page cache all the same: it has nothing else.
  if (system.f_type == TMPFS_MAGIC) fail(EINVAL, doing);
  const std::string path = "/proc/self/fd/" + std::to_string(file_.get());
  const int file = open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC);
  if (file < 0) fail(errno, doing);
  return {FileDescriptor(file), pages_};
}

void ScratchFile::write(std::uint64_t number, const Block& block) const {
  const auto bytes = std::as_bytes(std::span(block));
  // A disk that is nearly full takes a part, and says why only to who writes the rest.
  for (std::size_t done = 0; done < bytes.size();) {
    const auto rest = bytes.subspan(done);
    const auto place = static_cast<off_t>(number * bytes.size() + done);
    const ssize_t written = blocking([&] { return pwrite(file_.get(), rest.data(), rest.size(), place); });
    if (written < 0) fail(errno, "writing", number);
    done += static_cast<std::size_t>(written);
  }
}

void ScratchFile::sync() const {
  if (blocking([&] { return fsync(file_.get()); }) < 0) fail(errno, "syncing");
}

Block ScratchFile::read(std::uint64_t number) const {
  Block block(pages_);
  const std::size_t bytes = block.size() * sizeof(Page);
  const ssize_t got =
      blocking([&] { return pread(file_.get(), block.data(), bytes, static_cast<off_t>(number * bytes)); });
  if (got != static_cast<ssize_t>(bytes)) fail(got < 0 ? errno : EIO, "reading", number);
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
